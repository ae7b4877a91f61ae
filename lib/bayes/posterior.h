/* lib/bayes/posterior.h: the knowledge about the weights, and the methods that learn it.
 *
 * The talk's loop, `w = approximation.sample()` and `approximation = update(approximation, gradient)`, differs between
 * methods only in these two lines; a method is the pair of functions behind them (and the training loop never asks
 * which method it has). A posterior is the state that they share: means, spreads and Adam's moments, each one flat
 * block in the layout of the network's weights (nn/network.h), or of `members` networks one after the other.
 *
 * Passes over the blocks are split at fixed places, so results do not depend on the number of threads.
 */
#ifndef TENTH_BAYES_POSTERIOR_H
#define TENTH_BAYES_POSTERIOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bayes/prior.h"
#include "compute/random.h"
#include "core/error.h"
#include "core/phase_clock.h"
#include "nn/network.h"
#include "nn/optimizer.h"

/* Elements [first, first + count) of one tensor: the unit of work of a thread. */
struct piece {
    size_t tensor;
    size_t first, count;
};

enum { POSTERIOR_BLOCKS_MAX = 8 };
struct posterior {
    const struct method *method;
    struct tensor *tensors; /* [tensor_count], the network's, once for each member */
    size_t tensor_count;
    size_t members;      /* networks that are stored one by one; 1 for most methods */
    size_t network_size; /* floats of one network's weights */
    size_t size;         /* floats of all networks: members * network_size */
    size_t parameters;   /* weights and biases, without padding */
    void *options;       /* the method's own keys (method_options.h); NULL: it has none */
    float *mu;           /* [size] the first block: means, or the weights themselves for a point estimate */
    float *
        blocks[POSTERIOR_BLOCKS_MAX]; /* as method->functions->blocks names them, [posterior_block_size]; others NULL */
    struct piece *pieces;
    double *partial; /* [piece_count][2] sums of the pieces */
    size_t piece_count;
    int threads;
    struct phase_clock *clock; /* NULL: not measured; borrowed */
};

/* The source of the initial values. The talk's program had TensorFlow's default for means, Glorot's uniform law
 * (Glorot and Bengio 2010): mu ~ mu_scale U(-a, a), a = sqrt(6 / (fan_in + fan_out)), also for biases, whose fans are
 * their number; and it drew rho, not sigma, uniformly. */
struct posterior_start {
    uint64_t seed;
    bool glorot;                  /* the talk's initial values (above); else LeCun's */
    double mu_scale;              /* mu ~ N(0, mu_scale^2 / fan_in), biases 0 */
    double sigma_low, sigma_high; /* sigma ~ U(low, high), in units of the weight */
    const void *options;          /* the method's own keys (method_options.h), copied; NULL: all of them 0 */
};

/* The networks of a method with these options: 1, unless it has members. */
size_t posterior_members(const struct method *method, const void *options);

/* What `size` such a posterior would have, without making it; SIZE_MAX if that does not fit. */
size_t posterior_size_of(const struct network_spec *spec, const struct method *method, const void *options);

/* Allocates the state, with its initial values. NULL *posterior on failure. */
enum status posterior_create(const struct network *network, const struct method *method,
                             const struct posterior_start *start, int threads, struct posterior **posterior,
                             struct error *error);
void posterior_free(struct posterior *posterior); /* NULL is allowed */

/* The index in `tensors` of the tensor with weight `place` (< size). */
size_t posterior_tensor_of(const struct posterior *posterior, size_t place);

/* A block of the method's by its name [posterior_block_size]; NULL: it has none of that name. */
float *posterior_block(const struct posterior *posterior, const char *name);

/* The floats of block number `block`. */
size_t posterior_block_size(const struct posterior *posterior, size_t block);

/* For methods' `init`: the means' start values, which differ between members. */
void posterior_start_means(struct posterior *posterior, const struct posterior_start *start);

/* sigma [size] is overwritten; only for methods with a sigma. */
void posterior_sigma(const struct posterior *posterior, float *sigma);

/* One step's constants. The loss is mean cross-entropy + sum over tensors of penalty_scale[tensor] * penalty. */
struct update {
    uint64_t seed;      /* for a method that draws here: PURPOSE_WEIGHT_NOISE, `step` */
    size_t step, steps; /* this one, from 0; of the whole training */
    struct adam adam;
    double learning_rate;       /* of mu */
    double sigma_learning_rate; /* of rho; 0: frozen */
    size_t sigma_steps;         /* updates of rho so far, for its bias correction */
    struct prior prior;
    const double *penalty_scale; /* [tensor_count], per nat of the tensor's penalty */
    double clip_norm;            /* 0: never */
};

/* What training lends a method's `finish`: its items, as they are (not augmented), and the scale of its loss. */
struct training {
    size_t items; /* N, of the training split, numbered from 0 */
    size_t batch; /* at most so many at a time */
    uint64_t seed;
    size_t steps; /* that there were: the first step number whose streams are unused */
    struct prior prior;
    const double *penalty_scale; /* [tensor_count] after the warm-up: for the ELBO's sum temperature / N */

    /* The mean cross-entropy of items [first, first + count), count <= batch, at the weights w [network_size], in nats,
     * and its gradient [network_size], overwritten. STATUS_NOT_FINITE; STATUS_INTERRUPTED: the user wants to stop. */
    enum status (*gradient)(const struct training *training, size_t first, size_t count, const float *w,
                            float *gradient, double *nll, struct error *error);
    void *context; /* of `gradient` */
};

/* A part of a method's state, a float for each weight: of the result, or of training alone, such as a moment. */
struct method_block {
    const char *name; /* in files, /posterior/NAME and /checkpoint/NAME */
    bool of_training;
    bool of_one; /* [network_size], however many members: a chain's walker, and its moments */
};

struct method_functions {
    const struct method_block *blocks; /* [block_count], at most POSTERIOR_BLOCKS_MAX; the first is the mean, "mu" */
    size_t block_count;

    /* Fills the blocks, which are 0. */
    void (*init)(struct posterior *posterior, const struct posterior_start *start);

    /* The standard deviations [size]; NULL: the method has none. */
    void (*sigma)(const struct posterior *posterior, float *sigma);

    /* How many networks a posterior with these options stores, each with its own part of `mu`: an ensemble's, or what a
     * chain keeps of its way. The option is called `members`. NULL: one. */
    size_t (*members)(const void *options);

    /* The weights of one network drawn from the posterior: either `scratch` [network_size], overwritten, or part of the
     * posterior's own block. (seed, purpose, step) identify the draw. What training asks for, PURPOSE_WEIGHT_NOISE with
     * the number of the step, goes into that step's update. Of stored networks, predictions ask for each of numbers 0
     * to members - 1 once. */
    const float *(*sample)(const struct posterior *posterior, uint64_t seed, enum random_purpose purpose, uint64_t step,
                           float *scratch);

    /* Moves the posterior against the gradient of the mean cross-entropy at the sampled weights w, and of the penalty.
     * Both are [network_size]; the gradient is destroyed. Returns the penalty in nats before the step, unscaled and
     * summed over tensors: KL(posterior || prior) for VI, sum log p(0) - log p(mu) for MAP, dropout and an ensemble's
     * member, which is sum mu^2 / (2 prior.sigma^2) for a Gaussian prior, 0 for MLE. penalty_loss receives it scaled as
     * in the loss. */
    double (*update)(struct posterior *posterior, const struct update *update, const float *w, float *gradient,
                     double *penalty_loss);

    /* What is left to learn after the last step, for post-hoc methods: a Hessian, an average's spread, a whole chain.
     * Called once in a training, before its result is measured and stored. It starts from the blocks and `training`
     * alone: after a stop or a kill in its midst it is called again, from the blocks as the last step left them. A
     * sigma counts from here on: no table has one of an earlier epoch. NULL: nothing is left. */
    enum status (*finish)(struct posterior *posterior, const struct training *training, struct error *error);
};

/* The method's own, timed by the posterior's clock. */
const float *posterior_sample(const struct posterior *posterior, uint64_t seed, enum random_purpose purpose,
                              uint64_t step, float *scratch);
double posterior_update(struct posterior *posterior, const struct update *update, const float *w, float *gradient,
                        double *penalty_loss);

/* How many different networks a posterior represents. */
enum networks {
    NETWORKS_ONE,    /* a point estimate */
    NETWORKS_DRAWN,  /* as many as are drawn */
    NETWORKS_MEMBERS /* the members, and no others */
};

struct method {
    const char *name, *title;
    bool has_sigma;
    enum networks networks;
    const char *section;           /* of the config, with its options; NULL: it has none */
    size_t options_size;           /* bytes of struct NAME_options */
    const char *usual;             /* the criterion that is shown where only one is */
    const char *colours, *markers; /* in figures; see method.def */
    const struct method_functions *functions;
};

const struct method *methods(size_t *count);                             /* method.def, static storage */
const struct method *method_find(const char *name, struct error *error); /* NULL: STATUS_USAGE, with "did you mean" */

#endif
