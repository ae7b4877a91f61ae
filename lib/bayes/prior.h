/* lib/bayes/prior.h: what is believed of a weight before any data: the same law for each weight, independently.
 *
 * A law is a row of prior.def with its functions. A prior is a row with its numbers, as a config gives them; its
 * standard deviation is posterior.prior_sigma, so that what is measured against that (sigmas, where a weight's
 * posterior may end) means the same for all of them. */
#ifndef TENTH_BAYES_PRIOR_H
#define TENTH_BAYES_PRIOR_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>

#include "core/error.h"

struct prior_kind;

struct prior {
    const struct prior_kind *kind;
    double sigma;        /* the standard deviation, in units of the weight, above 0 */
    const void *options; /* the row's own keys (method_options.h); NULL: it has none */
};

/* All arrays are [count], in units of the weight, and of nats. */
struct prior_functions {
    /* Required. log p(w), normalised and finite, and its derivative d log p / d w. */
    void (*log_density)(const struct prior *prior, size_t count, const double *w, double *log_p, double *slope);

    /* KL(N(mu, sigma^2) || p), and its derivatives by mu and by sigma. NULL: it has no closed form, and vi takes
     * log q(w) - log p(w) at the weights that it drew (Blundell et al. 2015). */
    void (*kl)(const struct prior *prior, size_t count, const double *mu, const double *sigma, double *kl, double *d_mu,
               double *d_sigma);

    /* For a law whose log density is -precision w^2 / 2 and a constant, which the passes of posterior_kernels.h take in
     * their stride. NULL: it is another. */
    double (*precision)(const struct prior *prior);
};

struct prior_kind {
    const char *name, *title;
    const char *source;  /* the paper */
    const char *section; /* of the config, with its options; NULL: it has none */
    size_t options_size; /* bytes of struct NAME_options */
    const struct prior_functions *functions;
};

const struct prior_kind *prior_kinds(size_t *count);                        /* prior.def, static storage */
const struct prior_kind *prior_find(const char *name, struct error *error); /* NULL: STATUS_USAGE */

/* log p(w) of one weight. */
double prior_log_density(const struct prior *prior, double w);

/* Whether KL(N(mu, sigma^2) || p) has a closed form; and that of one weight, or NaN if not. */
bool prior_has_kl(const struct prior *prior);
double prior_kl(const struct prior *prior, double mu, double sigma);

/* The precision of a Gaussian law; 0: it is another. */
double prior_precision(const struct prior *prior);

/* The penalty of a point estimate, log p(0) - log p(w), which is 0 at w = 0: returns its sum over w [count], and adds
 * `scale` times its derivative to gradient [count]. */
double prior_penalty(const struct prior *prior, double scale, size_t count, const float *w, float *gradient);

/* log N(x; 0, sigma^2). */
static inline double normal_log_density(double x, double sigma)
{
    const double log_root_two_pi = 0.91893853320467274178, z = x / sigma;
    return -0.5 * z * z - log_root_two_pi - log(sigma);
}

#endif
