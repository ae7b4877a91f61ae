/* lib/run/run_check.h: settings that would leave some of the work undone; they are refused before it begins.
 *
 * A key whose help says "at most" is a bound: more than there are means all. Any other count is a request; if it cannot
 * be met, it is refused with the numbers. */
#ifndef TENTH_RUN_RUN_CHECK_H
#define TENTH_RUN_RUN_CHECK_H

#include "core/error.h"
#include "run/run.h"

/* Checks the settings of the stages (a sum of enum run_stage) against each other and, if the run's data are open,
 * against these. STATUS_USAGE: "FILE:LINE: section.key: ", the numbers, and what to set. */
enum status run_check(const struct run *run, unsigned int stages, struct error *error);

/* How long the training is. The run's data are open, and train.batch has been checked. */
struct training_length {
    size_t steps_per_epoch; /* an incomplete batch is left out; each epoch has another order */
    size_t steps;
};
struct training_length training_length(const struct run *run);

#endif
