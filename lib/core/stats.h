/* lib/core/stats.h: intervals, quantiles and rank correlation, on top of GSL.
 *
 * Every interval has a confidence of 95 %, two-sided. Functions that cannot fail return NaN if the question has no
 * answer (the spread of one value), never a plausible number. */
#ifndef TENTH_CORE_STATS_H
#define TENTH_CORE_STATS_H

#include <stddef.h>

#include "core/error.h"

struct interval {
    double low, high;
};

/* Wilson's interval of a proportion p = successes / trials (Wilson 1927, "Probable inference, the law of succession,
 * and statistical inference", JASA 22: 209-212):
 *
 *   ( p + z^2/2n -+ z sqrt( p (1 - p) / n + z^2/4n^2 ) ) / ( 1 + z^2/n ),  n = trials, z = the normal's .975 quantile
 *
 * It stays within 0..1 and is sensible at p = 0 and p = 1. No trials: 0..1. successes <= trials. */
struct interval stats_wilson(size_t successes, size_t trials);

/* The arithmetic mean; NaN for no values. */
double stats_mean(const double *values /* [count] */, size_t count);

/* Student's interval of the mean of `count` independent values, here one for each seed (Student 1908, "The probable
 * error of a mean", Biometrika 6: 1-25):
 *
 *   mean -+ t s / sqrt(count),  s^2 = sum (x - mean)^2 / (count - 1),  t = the .975 quantile at count - 1 degrees
 *
 * NaN for fewer than two values. */
struct interval stats_mean_interval(const double *values /* [count] */, size_t count);

/* Quantiles by linear interpolation between order statistics (Hyndman and Fan 1996, type 7): at h = (count - 1) level,
 * x[floor h] + (h - floor h) (x[floor h + 1] - x[floor h]), x sorted from 0. Each level takes time proportional to
 * `count`. Reorders `values`, which must be finite; levels are in 0..1. No values: NaN. */
void stats_quantiles(float *values /* [count] */, size_t count, const double *levels /* [level_count] */,
                     size_t level_count, double *quantiles /* [level_count], overwritten */);

/* The quantile of level .5, likewise. */
double stats_median(float *values /* [count] */, size_t count);

/* Spearman's rank correlation: Pearson's correlation of the ranks, ties sharing their mean rank (Spearman 1904, "The
 * proof and measurement of association between two things", Am. J. Psychol. 15: 72-101). *rho is in -1..1; NaN if one
 * of the arrays is constant or count < 2. Values must be finite. */
enum status stats_spearman(const double *a /* [count] */, const double *b /* [count] */, size_t count, double *rho,
                           struct error *error);

/* The area under the ROC curve: the probability that a value of `b` is larger than one of `a`, ties counting half (Mann
 * and Whitney 1947; Hanley and McNeil 1982, Radiology 143: 29-36). *area is in 0..1; NaN if either is empty. Values
 * must be finite. */
enum status stats_auroc(const double *a /* [a_count] */, size_t a_count, const double *b /* [b_count] */,
                        size_t b_count, double *area, struct error *error);

/* For each of `b` the share of `a` below it, ties counting half; their mean is stats_auroc. placement [b_count], in
 * 0..1. NaN if `a` is empty. Values must be finite. */
enum status stats_placements(const double *a /* [a_count] */, size_t a_count, const double *b /* [b_count] */,
                             size_t b_count, double *placement, struct error *error);

/* How well values tell `b` (positive) from `a`, by calling every item b that reaches a threshold:
 *
 *   auroc  as stats_auroc
 *   aupr   the area under precision against recall, as average precision: sum over values v, from the greatest, of
 *          (recall(v) - recall(before v)) precision(v); b_count / (a_count + b_count) is chance
 *   fpr95  the share of `a` that is called b where at least 95 % of b are: the least that is possible
 *
 * Equal values are called together. NaN if either is empty or a value is not finite. */
struct detection {
    double auroc, aupr, fpr95;
};
enum status stats_detection(const double *a /* [a_count] */, size_t a_count, const double *b /* [b_count] */,
                            size_t b_count, struct detection *detection, struct error *error);

/* Half of the 95 % interval of the difference of two means, with the pooled variance: t s sqrt(1/a_count + 1/b_count),
 * t at a_count + b_count - 2 degrees (Student 1908). NaN without a degree of freedom. */
double stats_difference_half(const double *a /* [a_count] */, size_t a_count, const double *b /* [b_count] */,
                             size_t b_count);

/* The factor by which 95 % intervals must be widened so that `count` of them hold jointly with 95 %, whatever their
 * dependence (Bonferroni), for normal errors: the normal's quantile at 1 - .025 / count over that at .975. 1 for one,
 * and for none. */
double stats_simultaneous(size_t count);

#endif
