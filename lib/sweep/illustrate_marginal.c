/* lib/sweep/illustrate_marginal.c: approximations of a posterior, for a real network: along one weight the posterior
 * itself, from the network on its training items, next to the best points, VI's Gaussian and dropout's two spikes.
 *
 * For a run of vi whose items are not images. Three weights of the last layer, by SNR the surest, the median and the
 * least sure: the logits are linear in each of them, so two passes give the whole line.
 *
 * The log posterior is -sum of the items' negative log likelihood / T + log prior(w). `posterior` has
 * T = 1 and all other weights at VI's mean. `mean_field` is what mean-field VI approximates with a Gaussian: T is the
 * config's, and the log posterior is averaged over draws of the other weights from VI's posterior (Bishop 2006, section
 * 10.1); it is omitted if the config has another scale than the sum's. With a tenth of the items the other weights stay
 * as trained on all of them. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/memory.h"
#include "core/size.h"
#include "sweep/illustration.h"

/* Values are spread evenly over the shown range, and densely where the posterior and VI's Gaussian may be narrow. */
enum { WIDE_VALUES = 41, NARROW_VALUES = 30, VALUES = WIDE_VALUES + 2 * NARROW_VALUES };
enum { WEIGHTS = 3, DRAWS = 32, LITTLE = 10 };
enum { DATA_TENTH, DATA_ALL, DATA };

/* One weight's line: what the network says at each of its values. */
struct line {
    struct illustration *illustration;
    const char *name; /* of the choice */
    size_t place;     /* into mu */
    double mu, sigma, temperature;
    struct prior prior;
    bool has_target;               /* mean_field is there */
    double value[VALUES];          /* ascending */
    double at_mean[DATA][VALUES];  /* nats, summed over the items; other weights at VI's mean */
    double averaged[DATA][VALUES]; /* the mean over draws of the other weights */
};

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* From beyond 0 to beyond the mean. A posterior with T = 1 is wider than VI's at a lower temperature, but no wider than
 * the prior. */
static void line_values(struct line *line)
{
    double reach = fmin(12 * line->sigma / sqrt(fmin(line->temperature, 1)), 5 * line->prior.sigma);
    double low = fmin(0, line->mu) - reach, high = fmax(0, line->mu) + reach;
    for (size_t i = 0; i < WIDE_VALUES; i++)
        line->value[i] = low + (high - low) * (double)i / (WIDE_VALUES - 1);
    for (size_t i = 0; i < NARROW_VALUES; i++) { /* without the ends */
        double share = 2 * ((double)i + 0.5) / NARROW_VALUES - 1;
        line->value[WIDE_VALUES + i] = line->mu + reach * share;
        line->value[WIDE_VALUES + NARROW_VALUES + i] = line->mu + fmin(4 * line->sigma, reach) * share;
    }
    qsort(line->value, VALUES, sizeof line->value[0], ascending);
}

/* log density at each value up to a constant. */
static void log_posterior(const struct line *line, const double *nll, double temperature, double *log_density)
{
    for (size_t i = 0; i < VALUES; i++)
        log_density[i] = -nll[i] / temperature + prior_log_density(&line->prior, line->value[i]);
}

/* Normalises it to a density along the line: an area of 1, by trapezoids. */
static void normalise(const struct line *line, const double *log_density, double *density)
{
    double most = -INFINITY, area = 0;
    for (size_t i = 0; i < VALUES; i++)
        most = fmax(most, log_density[i]);
    for (size_t i = 0; i < VALUES; i++)
        density[i] = exp(log_density[i] - most);
    for (size_t i = 1; i < VALUES; i++)
        area += (line->value[i] - line->value[i - 1]) * (density[i] + density[i - 1]) / 2;
    for (size_t i = 0; i < VALUES; i++)
        density[i] /= area;
}

/* The value where it is largest: the vertex of the parabola through the largest of the values and its neighbours. NAN
 * if that is an end of the line, so that the maximum is beyond it. */
static double highest_value(const struct line *line, const double *log_density)
{
    size_t best = 0;
    for (size_t i = 1; i < VALUES; i++)
        best = log_density[i] > log_density[best] ? i : best;
    if (best == 0 || best == VALUES - 1)
        return NAN;
    const double *x = line->value + best, *y = log_density + best;
    if (!(x[-1] < x[0] && x[0] < x[1])) /* closer together than a float can distinguish */
        return x[0];
    double left = (y[0] - y[-1]) / (x[0] - x[-1]), right = (y[1] - y[0]) / (x[1] - x[0]);
    double curvature = 2 * (right - left) / (x[1] - x[-1]);
    return curvature < 0 ? (x[-1] + x[0]) / 2 - left / curvature : x[0];
}

static struct row line_row(const struct line *line, size_t data, const char *table, const char *kind)
{
    const struct posterior *posterior = line->illustration->trained.posterior;
    const struct tensor *tensor = &posterior->tensors[posterior_tensor_of(posterior, line->place)];
    struct row row = row_begin(line->illustration->run, table);
    row_text(&row, "weight", line->name);
    row_text(&row, "tensor", tensor->name);
    row_number(&row, "place", (double)(line->place - tensor->offset));
    row_text(&row, "data", data == DATA_ALL ? "all" : "tenth");
    row_text(&row, "kind", kind);
    return row;
}

static size_t items_of(size_t data, size_t items)
{
    return data == DATA_ALL ? items : larger(items / LITTLE, 1);
}

static enum status curve_add(const struct line *line, size_t data, const char *kind, double temperature,
                             const double *density, struct error *error)
{
    enum status status = STATUS_OK;
    for (size_t i = 0; i < VALUES && status == STATUS_OK; i++) {
        struct row row = line_row(line, data, "marginal", kind);
        row_number(&row, "value", line->value[i]);
        row_number(&row, "density", density[i]);
        row_number(&row, "temperature", temperature);
        row_number(&row, "prior_sigma", line->prior.sigma);
        row_number(&row, "items", (double)items_of(data, line->illustration->run->split.train_count));
        status = row_store(&row, illustration_table(line->illustration, "marginal"), error);
    }
    return status;
}

static enum status posterior_add(const struct line *line, size_t data, const char *kind, double temperature,
                                 const double *nll, struct error *error)
{
    double log_density[VALUES], density[VALUES];
    log_posterior(line, nll, temperature, log_density);
    normalise(line, log_density, density);
    return curve_add(line, data, kind, temperature, density, error);
}

static enum status prior_add(const struct line *line, size_t data, struct error *error)
{
    double density[VALUES];
    for (size_t i = 0; i < VALUES; i++)
        density[i] = exp(prior_log_density(&line->prior, line->value[i]));
    return curve_add(line, data, "prior", 1, density, error);
}

/* VI's Gaussian. */
static enum status vi_add(const struct line *line, size_t data, struct error *error)
{
    double density[VALUES];
    for (size_t i = 0; i < VALUES; i++) {
        double z = (line->value[i] - line->mu) / line->sigma;
        density[i] = exp(-0.5 * z * z) / (sqrt(2 * acos(-1)) * line->sigma);
    }
    return curve_add(line, data, "vi", line->temperature, density, error);
}

/* A value beyond the line is NaN and has no row. */
static enum status point_add(const struct line *line, size_t data, const char *kind, double value, double mass,
                             struct error *error)
{
    if (isnan(value))
        return STATUS_OK;
    struct row row = line_row(line, data, "marginal_points", kind);
    row_number(&row, "value", value);
    row_number(&row, "mass", mass);
    return row_store(&row, illustration_table(line->illustration, "marginal_points"), error);
}

/* Dropout's weight, whose mean is the best point: dropped, or scaled up to compensate (method_dropout.c). */
static enum status points_add(const struct line *line, size_t data, struct error *error)
{
    double rate = line->illustration->run->config.dropout.rate, log_likelihood[VALUES], log_density[VALUES];
    for (size_t i = 0; i < VALUES; i++)
        log_likelihood[i] = -line->at_mean[data][i];
    log_posterior(line, line->at_mean[data], 1, log_density);
    double map = highest_value(line, log_density);
    enum status status = point_add(line, data, "mle", highest_value(line, log_likelihood), 1, error);
    if (status == STATUS_OK)
        status = point_add(line, data, "map", map, 1, error);
    if (status == STATUS_OK && !isnan(map))
        status = point_add(line, data, "dropout", 0, rate, error);
    return status == STATUS_OK ? point_add(line, data, "dropout", map / (1 - rate), 1 - rate, error) : status;
}

static enum status line_add(const struct line *line, struct error *error)
{
    enum status status = STATUS_OK;
    for (size_t data = 0; data < DATA && status == STATUS_OK; data++) {
        status = posterior_add(line, data, "posterior", 1, line->at_mean[data], error);
        if (status == STATUS_OK && line->has_target)
            status = posterior_add(line, data, "mean_field", line->temperature, line->averaged[data], error);
        if (status == STATUS_OK)
            status = prior_add(line, data, error);
        if (status == STATUS_OK)
            status = vi_add(line, data, error);
        if (status == STATUS_OK)
            status = points_add(line, data, error);
    }
    return status;
}

/* ---- the network along the lines ---- */

/* Adds to nll [DATA][VALUES], weighted, the values for items whose logits are zero + value * slope. */
static void nll_add(const struct line *line, const struct likelihood *likelihood, const float *zero, const float *one,
                    double share, double (*nll)[VALUES])
{
    size_t classes = likelihood->classes, few = items_of(DATA_TENTH, likelihood->items);
    for (size_t v = 0; v < VALUES; v++) {
        for (size_t i = 0; i < likelihood->items; i++) {
            double logits[CLASSES_MAX];
            for (size_t k = 0; k < classes; k++) {
                double at_zero = (double)zero[i * classes + k];
                logits[k] = at_zero + line->value[v] * ((double)one[i * classes + k] - at_zero);
            }
            double item = share * label_nll(logits, classes, likelihood->labels[i]);
            nll[DATA_ALL][v] += item;
            nll[DATA_TENTH][v] += i < few ? item : 0;
        }
    }
}

/* Every line at the network `weights`, which are unchanged on return. logits [2][items][classes]. */
static void lines_ask(struct line *lines, const struct likelihood *likelihood, float *weights, bool is_mean,
                      float *logits)
{
    float *one = logits + likelihood->items * likelihood->classes;
    for (size_t k = 0; k < WEIGHTS; k++) {
        struct line *line = &lines[k];
        float before = weights[line->place];
        weights[line->place] = 0;
        likelihood_logits(likelihood, weights, logits);
        weights[line->place] = 1;
        likelihood_logits(likelihood, weights, one);
        weights[line->place] = before;
        nll_add(line, likelihood, logits, one, is_mean ? 1 : 1. / DRAWS, is_mean ? line->at_mean : line->averaged);
    }
}

static enum status lines_fill(struct illustration *illustration, struct line *lines, float *weights,
                              struct error *error)
{
    const struct posterior *posterior = illustration->trained.posterior;
    struct likelihood likelihood;
    enum status status = likelihood_make(illustration, &likelihood, error);
    float *logits = NULL;
    if (status == STATUS_OK) {
        logits = memory_alloc(likelihood.items, 2 * likelihood.classes * sizeof *logits, error);
        status = logits ? STATUS_OK : STATUS_NO_MEMORY;
    }
    if (status == STATUS_OK) {
        memcpy(weights, posterior->mu, posterior->size * sizeof *weights);
        lines_ask(lines, &likelihood, weights, true, logits);
    }
    for (uint64_t draw = 0; draw < DRAWS && status == STATUS_OK && lines[0].has_target; draw++) {
        (void)posterior_sample(posterior, illustration->run->seed, PURPOSE_PREDICT, draw, weights);
        lines_ask(lines, &likelihood, weights, false, logits);
        status = monitor_check(illustration->monitor, error);
    }
    memory_free(logits);
    likelihood_free(&likelihood);
    return status;
}

/* ---- which weights ---- */

struct ranked {
    double snr;
    size_t place;
};

static int by_snr(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;
    if (x->snr != y->snr)
        return x->snr < y->snr ? -1 : 1;
    return (x->place > y->place) - (x->place < y->place);
}

/* Of the last layer: the surest, the median, the least sure. sigma [posterior size]. */
static enum status lines_choose(struct illustration *illustration, const float *sigma, struct line *lines,
                                struct error *error)
{
    static const char *const names[WEIGHTS] = {"surest", "median", "least"};
    const struct config *config = &illustration->run->config;
    const struct posterior *posterior = illustration->trained.posterior;
    const struct tensor *tensor = &posterior->tensors[posterior->tensor_count - 2]; /* before its biases */
    struct ranked *ranked = memory_alloc(tensor->count, sizeof *ranked, error);
    if (!ranked)
        return STATUS_NO_MEMORY;
    for (size_t i = 0; i < tensor->count; i++) {
        size_t place = tensor->offset + i;
        ranked[i] = (struct ranked){fabs((double)posterior->mu[place]) / (double)sigma[place], place};
    }
    qsort(ranked, tensor->count, sizeof *ranked, by_snr);
    const size_t chosen[WEIGHTS] = {tensor->count - 1, tensor->count / 2, 0};
    for (size_t k = 0; k < WEIGHTS; k++) {
        size_t place = ranked[chosen[k]].place;
        lines[k] = (struct line){.illustration = illustration,
                                 .name = names[k],
                                 .place = place,
                                 .mu = (double)posterior->mu[place],
                                 .sigma = (double)sigma[place],
                                 .prior = prior_of(config, illustration->run->prior),
                                 .temperature = config->posterior.temperature > 0 ? config->posterior.temperature : 1,
                                 .has_target = config->posterior.temperature > 0 &&
                                               strcmp(config->posterior.kl_reduction, "sum") == 0};
        line_values(&lines[k]);
    }
    memory_free(ranked);
    return STATUS_OK;
}

enum status illustrate_marginal(struct illustration *illustration, struct error *error)
{
    const struct run *run = illustration->run;
    const struct posterior *posterior = illustration->trained.posterior;
    if (run->kind->shape.width > 1 || !posterior->method->has_sigma)
        return STATUS_OK;
    struct line *lines = memory_alloc(WEIGHTS, sizeof *lines, error);
    float *weights = memory_alloc(posterior->size, sizeof *weights, error);
    enum status status = lines && weights ? STATUS_OK : STATUS_NO_MEMORY;
    if (status == STATUS_OK) {
        posterior_sigma(posterior, weights);
        status = lines_choose(illustration, weights, lines, error);
    }
    if (status == STATUS_OK)
        status = lines_fill(illustration, lines, weights, error);
    for (size_t k = 0; k < WEIGHTS && status == STATUS_OK; k++)
        status = line_add(&lines[k], error);
    memory_free(weights);
    memory_free(lines);
    return status;
}
