/* lib/nn/moments.h: mean and variance of activations through a layer, for `--posterior variance`.
 *
 * Weights and inputs are assumed independent, and their sums Gaussian:
 *
 *   mean z = sum mu m + mu_bias,  var z = sum sigma^2 (m^2 + v) + mu^2 v + sigma_bias^2
 *
 * for weights N(mu, sigma^2) and inputs of mean m and variance v. That a filter's weights are the same at every
 * position is ignored. An activation's moments come from Gauss-Hermite quadrature: SELU's kink costs a few per cent of
 * the variance, less than the independence assumption does, and no cancellation hurts a small sigma in float. */
#ifndef TENTH_NN_MOMENTS_H
#define TENTH_NN_MOMENTS_H

#include <stddef.h>

#include "nn/activation.h"

/* Points and weights for N(0, 1): sum weight f(point) = E f(z). Symmetric; the last is at 0. */
enum { MOMENT_POINTS = 7 };
extern const float moment_point[MOMENT_POINTS], moment_weight[MOMENT_POINTS];

/* The moments of the activation of z ~ N(*mean, *variance); both are overwritten. */
void activation_moments(const struct activation *activation, float *mean, float *variance);

#endif
