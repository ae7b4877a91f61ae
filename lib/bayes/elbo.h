/* lib/bayes/elbo.h: the loss of the talk, one weight at a time.
 *
 *   loss = cross_entropy + scale * KL(q || prior)
 *
 * is minus the evidence lower bound of the labels (Hinton and van Camp 1993; Graves 2011), divided by the number N of
 * training items: the cross-entropy is its mean over the items, and scale = T / N, with temperature T = 1 for the bound
 * itself. Training has the same formulas in passes over whole tensors (posterior_kernels.h), which tests compare with
 * these. */
#ifndef TENTH_BAYES_ELBO_H
#define TENTH_BAYES_ELBO_H

/* What a step minimises, in nats. */
static inline double elbo_loss(double cross_entropy, double scaled_kl)
{
    return cross_entropy + scaled_kl;
}

/* KL(N(mu, sigma^2) || N(0, prior_sigma^2)) in nats; sigma and prior_sigma above 0. */
double elbo_kl(double mu, double sigma, double prior_sigma);

#endif
