#include "bayes/elbo.h"

#include <math.h>

double elbo_kl(double mu, double sigma, double prior_sigma)
{
    const double lambda = 1 / (prior_sigma * prior_sigma);
    return lambda / 2 * mu * mu - log(sigma / prior_sigma) + lambda / 2 * sigma * sigma - 1. / 2;
}
