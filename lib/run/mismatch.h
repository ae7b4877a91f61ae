/* lib/run/mismatch.h: how a run's file differs from what the run wants: in words, with advice that loses nothing, and
 * whether training may replace the file. */
#ifndef TENTH_RUN_MISMATCH_H
#define TENTH_RUN_MISMATCH_H

#include "core/error.h"
#include "run/run.h"

/* For a file without the network that the run wants. Never STATUS_OK. STATUS_DATA: it was trained on other files than
 * this run's, or is not a run's file; STATUS_USAGE: there is no file, its training is not finished, or config, seed or
 * program differ. The message names what differs. */
enum status mismatch_explain(const struct run *run, struct error *error);

/* Whether training may replace the run's file, which holds another training: STATUS_OK with run->force, with one
 * exception. A run on files gives way to one on a stand-in only if data.synthetic asks for that; otherwise, and for a
 * file that is not a run's, STATUS_DATA. STATUS_USAGE: it needs run->force. */
enum status mismatch_may_replace(const struct run *run, struct error *error);

#endif
