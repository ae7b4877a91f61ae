/* lib/run/mismatch.h: what a run's file was made with, where that is not what the run wants: in words, with advice that
 * loses nothing, and whether training may replace the file. */
#ifndef TENTH_RUN_MISMATCH_H
#define TENTH_RUN_MISMATCH_H

#include "core/error.h"
#include "run/run.h"

/* For a file without the network that the run wants. Never STATUS_OK. STATUS_DATA: it was trained on files that are not
 * those of this run, or it is no run's file; STATUS_USAGE: there is no file, its training is not finished, or config,
 * seed or program were others. The message names what differs. */
enum status mismatch_explain(const struct run *run, struct error *error);

/* Whether training may replace the run's file, which is of another training: STATUS_OK with run->force, but for one
 * thing. A run of files gives way to one of a stand-in only where data.synthetic asks for that; else, and for a file
 * that is no run's, STATUS_DATA. STATUS_USAGE: it needs run->force. */
enum status mismatch_may_replace(const struct run *run, struct error *error);

#endif
