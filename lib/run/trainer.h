/* lib/run/trainer.h: the state of a running training. Private to lib/run, illustrate_surface.c and bench.c.
 * The latter two train beside a run, or without one. */
#ifndef TENTH_RUN_TRAINER_H
#define TENTH_RUN_TRAINER_H

#include "bayes/predictive.h"
#include "core/monitor.h"
#include "nn/schedule.h"
#include "run/checkpoint.h"
#include "run/run.h"

struct trainer {
    const struct run *run;
    const struct monitor *monitor;
    const struct schedule *schedule;
    struct network *network;
    struct posterior *posterior;
    struct predictor predictor; /* on the training network, for validation */
    struct train_state state;
    enum status (*after_step)(struct trainer *trainer, struct error *error); /* NULL: nothing */
    bool owns_file;               /* the run's file belongs to this training: its other contents stay */
    double started, saved_at;     /* monotonic seconds: the start of training as if unbroken, and the last checkpoint */
    size_t batch;                 /* items per step */
    size_t steps_per_epoch;       /* struct training_length */
    size_t steps;                 /* of the whole training */
    float *weights;               /* [network_size] a sampled network */
    float *gradient;              /* [network_size] */
    double *penalty_scale;        /* [tensors] */
    uint32_t *order;              /* [train_count] of epoch `order_epoch` */
    size_t order_epoch;           /* SIZE_MAX: none yet */
    uint32_t *indices;            /* [batch] into the training file */
    float *x;                     /* [batch][height][width][channels] */
    uint8_t *y;                   /* [batch] */
    float *augment_scratch;       /* [threads][height][width][channels] */
    struct test_items validation; /* normalised items of the validation split */
    struct table *train_table, *sigma_table, *layer_table, *summary_table; /* layer_table: sigma_layers */
};

/* A training of the run before its first step. It touches no file. The caller frees with trainer_free, also after a
 * failure. */
enum status trainer_make(struct trainer *trainer, const struct run *run, const struct monitor *monitor,
                         struct error *error);
void trainer_free(struct trainer *trainer);

/* The talk's loop:
 *
 *   while not converged:
 *       x, y = sample_batch()
 *       w = approximation.sample()
 *       loss = loss_function(x, y, w)
 *       approximation = update(approximation, gradient(loss, w))
 *
 * from step trainer->state.step until that many are done, or trainer->after_step ends it. STATUS_NOT_FINITE names step
 * and tensor. */
enum status trainer_run(struct trainer *trainer, size_t until, struct error *error);

/* The method's `finish`, after the last step, and the sigmas that it left. STATUS_INTERRUPTED and failures leave blocks
 * that are of no use: those of the last step are to be saved before. */
enum status trainer_finish(struct trainer *trainer, struct error *error);

/* Whether the last step left finite values: steps check what they begin with. STATUS_NOT_FINITE says what to do. */
enum status trainer_check(const struct trainer *trainer, struct error *error);

/* Rows of the tables `train`, `sigma` and `sigma_layers` at the end of an epoch (without `train` at epoch 0, before
 * training). A method with something to finish has no sigmas yet. */
enum status trainer_record_epoch(struct trainer *trainer, size_t epoch, struct error *error);

/* Of `sigma` and `sigma_layers` alone. */
enum status trainer_record_sigma(struct trainer *trainer, size_t epoch, double *median, struct error *error);

#endif
