#include "results/uncertainty.h"

#include <math.h>

#define UNCERTAINTY(name, unit, title, formula)                                                                        \
    static double uncertainty_##name(const struct stored *stored, size_t slice, size_t item);
#include "results/uncertainty.def"
#undef UNCERTAINTY

static const struct uncertainty all_uncertainties[] = {
#define UNCERTAINTY(name, unit, title, formula) {#name, unit, title, formula, uncertainty_##name},
#include "results/uncertainty.def"
#undef UNCERTAINTY
};

const struct uncertainty *uncertainties(size_t *count)
{
    *count = sizeof all_uncertainties / sizeof all_uncertainties[0];
    return all_uncertainties;
}

void uncertainty_values(const struct uncertainty *uncertainty, const struct stored *stored, size_t slice,
                        double *values)
{
    for (size_t i = 0; i < stored->items; i++)
        values[i] = uncertainty->of(stored, slice, i);
}

double mutual_information_of(const struct stored *stored, size_t slice, size_t item)
{
    return uncertainty_mutual_information(stored, slice, item);
}

/* The item's probabilities. */
static const float *mean_of(const struct stored *stored, size_t slice, size_t item)
{
    return stored->mean + (slice * stored->items + item) * stored->classes;
}

static double member_of(const struct stored *stored, const float *member, size_t slice, size_t item)
{
    return member ? (double)member[slice * stored->items + item] : NAN;
}

static double uncertainty_entropy(const struct stored *stored, size_t slice, size_t item)
{
    return entropy_of(mean_of(stored, slice, item), stored->classes);
}

static double uncertainty_aleatoric(const struct stored *stored, size_t slice, size_t item)
{
    return member_of(stored, stored->aleatoric, slice, item);
}

/* Not negative (Jensen) except by rounding of stored values, which would also make that of a single network differ from
 * 0. */
static double uncertainty_mutual_information(const struct stored *stored, size_t slice, size_t item)
{
    const double rounding = 1e-6; /* nats: the precision of floats up to log(256) */
    double difference = uncertainty_entropy(stored, slice, item) - uncertainty_aleatoric(stored, slice, item);
    return difference < rounding ? 0 : difference;
}

static double uncertainty_std(const struct stored *stored, size_t slice, size_t item)
{
    if (!stored->std)
        return NAN;
    size_t predicted = probability_largest(mean_of(stored, slice, item), stored->classes);
    return (double)stored->std[(slice * stored->items + item) * stored->classes + predicted];
}

static double uncertainty_variation_ratio(const struct stored *stored, size_t slice, size_t item)
{
    return member_of(stored, stored->disagreement, slice, item);
}

static double uncertainty_mean_softmax(const struct stored *stored, size_t slice, size_t item)
{
    const float *p = mean_of(stored, slice, item);
    return 1 - (double)p[probability_largest(p, stored->classes)];
}
