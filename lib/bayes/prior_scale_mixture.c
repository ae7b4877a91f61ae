/* lib/bayes/prior_scale_mixture.c: p(w) = share N(w; 0, wide^2) + (1 - share) N(w; 0, narrow^2), of Blundell et al.
 * 2015 (section 3.3): most weights may be next to nothing, and few large. Its variance is share wide^2 + (1 - share)
 * narrow^2, narrow = ratio wide; the paper's wide and narrow are this ratio and that standard deviation. */
#include "bayes/method_options.h"
#include "bayes/prior.h"

static void log_density(const struct prior *prior, size_t count, const double *w, double *log_p, double *slope)
{
    const struct scale_mixture_options *own = prior->options;
    const double wide = prior->sigma / sqrt(own->share + (1 - own->share) * own->ratio * own->ratio);
    const double narrow = own->ratio * wide;
    for (size_t i = 0; i < count; i++) {
        const double a = log(own->share) + normal_log_density(w[i], wide);
        const double b = log1p(-own->share) + normal_log_density(w[i], narrow);
        const double most = fmax(a, b); /* whose exponent does not underflow */
        log_p[i] = most + log1p(exp(fmin(a, b) - most));
        const double of_wide = exp(a - log_p[i]), of_narrow = exp(b - log_p[i]); /* whose the weight is */
        slope[i] = -w[i] * (of_wide / (wide * wide) + of_narrow / (narrow * narrow));
    }
}

const struct prior_functions prior_scale_mixture = {.log_density = log_density};
