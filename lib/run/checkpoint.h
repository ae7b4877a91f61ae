/* lib/run/checkpoint.h: the state of training in a run's file, exact to the bit. */
#ifndef TENTH_RUN_CHECKPOINT_H
#define TENTH_RUN_CHECKPOINT_H

#include <stdbool.h>
#include <stddef.h>

#include "bayes/posterior.h"
#include "core/error.h"
#include "io/store.h"

/* The state of training: everything besides the posterior that the next step depends on, and the sums of the current
 * epoch. */
struct train_state {
    size_t step;                           /* steps done */
    size_t sigma_steps;                    /* updates of rho done */
    double loss_sum, nll_sum, kl_sum;      /* of the current epoch */
    size_t correct, items, steps_in_epoch; /* likewise */
    double seconds;                        /* spent on training so far */
    bool finished;                         /* the method's `finish` is done */
};

enum status checkpoint_save_posterior(struct store *store, const struct posterior *posterior, const char *identity,
                                      struct error *error);

/* STATUS_DATA names a number that is not finite. */
enum status checkpoint_load_posterior(struct store *store, struct posterior *posterior, struct error *error);

/* Adam's moments and the state, under /checkpoint. `identity`: the training's. */
enum status checkpoint_save(struct store *store, const struct posterior *posterior, const struct train_state *state,
                            const char *identity, struct error *error);
/* Removes it; what other programs put there stays. */
enum status checkpoint_remove(struct store *store, const struct method *method, struct error *error);
/* Before memory is allocated for it: whether the file's posterior has the size that this network, method and number of
 * members give; STATUS_DATA. The config comes from the file too, so neither is trusted alone. */
enum status checkpoint_check_size(struct store *store, const struct network_spec *spec, const struct method *method,
                                  const void *options, struct error *error);

/* Whether there is one: then training has not ended. */
enum status checkpoint_find(struct store *store, bool *there, struct error *error);

enum status checkpoint_load(struct store *store, struct posterior *posterior, struct train_state *state,
                            struct error *error);

#endif
