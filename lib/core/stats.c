#include "core/stats.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>
#include <gsl/gsl_statistics_float.h>

#include "core/memory.h"

/* An interval of 95 % leaves 2.5 % on either side. */
static const double UPPER_QUANTILE = 0.975;

struct interval stats_wilson(size_t successes, size_t trials)
{
    if (trials == 0)
        return (struct interval){0, 1};
    double z = gsl_cdf_ugaussian_Pinv(UPPER_QUANTILE);
    double n = (double)trials;
    double p = (double)successes / n;
    double scale = 1 / (1 + z * z / n);
    double centre = scale * (p + z * z / (2 * n));
    double half_width = scale * z * sqrt(p * (1 - p) / n + z * z / (4 * n * n));
    /* At p = 0 or 1 one end is exactly 0 or 1, which rounding would miss. */
    return (struct interval){successes == 0 ? 0 : fmax(0, centre - half_width),
                             successes == trials ? 1 : fmin(1, centre + half_width)};
}

double stats_mean(const double *values, size_t count)
{
    return count > 0 ? gsl_stats_mean(values, 1, count) : NAN;
}

struct interval stats_mean_interval(const double *values, size_t count)
{
    if (count < 2)
        return (struct interval){NAN, NAN};
    double n = (double)count;
    double mean = stats_mean(values, count);
    double deviation = gsl_stats_sd_m(values, 1, count, mean);
    double half_width = gsl_cdf_tdist_Pinv(UPPER_QUANTILE, n - 1) * deviation / sqrt(n);
    return (struct interval){mean - half_width, mean + half_width};
}

void stats_quantiles(float *values, size_t count, const double *levels, size_t level_count, double *quantiles)
{
    for (size_t i = 0; i < level_count; i++) {
        if (count == 0) {
            quantiles[i] = NAN;
            continue;
        }
        double h = (double)(count - 1) * levels[i];
        size_t below = (size_t)h;
        size_t above = below + 1 < count ? below + 1 : below;
        double low = (double)gsl_stats_float_select(values, 1, count, below);
        double high = (double)gsl_stats_float_select(values, 1, count, above);
        quantiles[i] = low + (h - (double)below) * (high - low);
    }
}

double stats_median(float *values, size_t count)
{
    const double half = .5;
    double median;
    stats_quantiles(values, count, &half, 1, &median);
    return median;
}

static bool is_constant(const double *values, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        if (values[i] < values[0] || values[i] > values[0])
            return false;
    }
    return true;
}

enum status stats_spearman(const double *a, const double *b, size_t count, double *rho, struct error *error)
{
    *rho = NAN;
    if (is_constant(a, count) || is_constant(b, count))
        return STATUS_OK;
    double *ranks = memory_alloc(count, 2 * sizeof *ranks, error);
    if (!ranks)
        return STATUS_NO_MEMORY;
    *rho = gsl_stats_spearman(a, 1, b, 1, count, ranks);
    memory_free(ranks);
    return STATUS_OK;
}

/* The number of sorted values below the limit, or (inclusive) not above it. */
static size_t count_below(const double *sorted, size_t count, double limit, bool inclusive)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (sorted[middle] < limit || (inclusive && sorted[middle] <= limit))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

enum status stats_placements(const double *a, size_t a_count, const double *b, size_t b_count, double *placement,
                             struct error *error)
{
    double *sorted = memory_alloc(a_count, sizeof *sorted, error);
    if (!sorted)
        return STATUS_NO_MEMORY;
    memcpy(sorted, a, a_count * sizeof *sorted);
    gsl_sort(sorted, 1, a_count);
    for (size_t i = 0; i < b_count; i++) {
        size_t below = count_below(sorted, a_count, b[i], false), up_to = count_below(sorted, a_count, b[i], true);
        placement[i] = a_count > 0 ? ((double)below + (double)(up_to - below) / 2) / (double)a_count : NAN;
    }
    memory_free(sorted);
    return STATUS_OK;
}

enum status stats_auroc(const double *a, size_t a_count, const double *b, size_t b_count, double *area,
                        struct error *error)
{
    *area = NAN;
    if (a_count == 0 || b_count == 0)
        return STATUS_OK;
    double *sorted = memory_alloc(a_count, sizeof *sorted, error);
    if (!sorted)
        return STATUS_NO_MEMORY;
    memcpy(sorted, a, a_count * sizeof *sorted);
    gsl_sort(sorted, 1, a_count);
    double sum = 0;
    for (size_t i = 0; i < b_count; i++) {
        size_t below = count_below(sorted, a_count, b[i], false), up_to = count_below(sorted, a_count, b[i], true);
        sum += (double)below + (double)(up_to - below) / 2;
    }
    memory_free(sorted);
    *area = sum / ((double)a_count * (double)b_count);
    return STATUS_OK;
}

struct called {
    double value;
    bool positive;
};

static int by_falling_value(const void *a, const void *b)
{
    const struct called *x = a, *y = b;
    return (x->value < y->value) - (x->value > y->value);
}

/* From the greatest value on; sorted [a_count + b_count]. */
static void detect(const struct called *sorted, size_t a_count, size_t b_count, struct detection *detection)
{
    const double negatives = (double)a_count, positives = (double)b_count;
    double above = 0, precision_area = 0;
    size_t right = 0, wrong = 0;
    bool reached = false;
    for (size_t i = 0; i < a_count + b_count;) {
        size_t more_right = 0, more_wrong = 0, end = i;
        for (; end < a_count + b_count && sorted[end].value == sorted[i].value; end++) {
            more_right += sorted[end].positive;
            more_wrong += !sorted[end].positive;
        }
        above += (double)more_wrong * ((double)right + (double)more_right / 2);
        right += more_right;
        wrong += more_wrong;
        precision_area += (double)more_right / positives * (double)right / (double)(right + wrong);
        if (!reached && 20 * right >= 19 * b_count) {
            detection->fpr95 = (double)wrong / negatives;
            reached = true;
        }
        i = end;
    }
    detection->auroc = above / (negatives * positives);
    detection->aupr = precision_area;
}

enum status stats_detection(const double *a, size_t a_count, const double *b, size_t b_count,
                            struct detection *detection, struct error *error)
{
    const size_t count = a_count + b_count;
    bool finite = a_count > 0 && b_count > 0;
    *detection = (struct detection){NAN, NAN, NAN};
    struct called *sorted = memory_alloc(count, sizeof *sorted, error);
    if (!sorted)
        return STATUS_NO_MEMORY;
    for (size_t i = 0; i < count; i++) {
        sorted[i] = (struct called){i < a_count ? a[i] : b[i - a_count], i >= a_count};
        finite = finite && isfinite(sorted[i].value);
    }
    if (finite) {
        qsort(sorted, count, sizeof *sorted, by_falling_value);
        detect(sorted, a_count, b_count, detection);
    }
    memory_free(sorted);
    return STATUS_OK;
}

double stats_difference_half(const double *a, size_t a_count, const double *b, size_t b_count)
{
    if (a_count == 0 || b_count == 0 || a_count + b_count < 3)
        return NAN;
    double degrees = (double)(a_count + b_count - 2);
    double squares = gsl_stats_tss(a, 1, a_count) + gsl_stats_tss(b, 1, b_count);
    return gsl_cdf_tdist_Pinv(UPPER_QUANTILE, degrees) *
           sqrt(squares / degrees * (1 / (double)a_count + 1 / (double)b_count));
}

double stats_simultaneous(size_t count)
{
    double tail = (1 - UPPER_QUANTILE) / (count > 0 ? (double)count : 1);
    return gsl_cdf_ugaussian_Qinv(tail) / gsl_cdf_ugaussian_Pinv(UPPER_QUANTILE);
}
