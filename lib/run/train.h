/* lib/run/train.h: training one run, the talk's loop.
 *
 *     while not converged:
 *         x, y = sample_batch()
 *         w = approximation.sample()
 *         loss = loss_function(x, y, w)
 *         approximation = update(approximation, gradient(loss, w))
 */
#ifndef TENTH_RUN_TRAIN_H
#define TENTH_RUN_TRAIN_H

#include "core/error.h"
#include "core/monitor.h"
#include "run/run.h"

/* Trains the run, from its checkpoint if there is one, and writes posterior, tables `train`, `sigma` and `summary`, and
 * the predictions on the test file. If already done with the same config and data, it returns at once. The state is
 * saved every run.checkpoint_seconds and when the monitor asks to stop; a resumed run equals an unbroken one bit for
 * bit.
 *
 * STATUS_USAGE or STATUS_DATA: the file holds another training and may not be replaced (mismatch.h). STATUS_NOT_FINITE:
 * names step and tensor; the file then has state `failed`. STATUS_INTERRUPTED: saved; call again to continue. */
enum status run_train(const struct run *run, const struct monitor *monitor, struct error *error);

#endif
