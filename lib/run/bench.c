#include "run/bench.h"

#include <math.h>
#include <stdio.h>

#include "bayes/predictive.h"
#include "bayes/pruning.h"
#include "core/memory.h"
#include "core/phase_clock.h"
#include "core/size.h"
#include "core/stats.h"
#include "io/config.h"
#include "run/products.h"
#include "run/provenance.h"
#include "run/run.h"

enum {
    REPEATS_MAX = 1000,
    WARM_UP_STEPS = 3,
    LEAST_STEPS = 10,
    LEAST_PREDICTIONS = 1,
    CLOCKED_SHARE = 4,  /* one step with the clock for so many without */
    GEMM_SIZE = 1024,   /* rows and columns; its three matrices are larger than the second cache, as a layer's are */
    TRAIN_ITEMS = 50000 /* what the penalty of a step is divided by; its value does not matter */
};

struct bench_state {
    const struct bench *bench;
    struct config config; /* the defaults */
    struct network *network;
    struct posterior *posterior;
    struct predictor predictor;
    float *keep;                /* [size] of a prediction */
    double *penalty_scale;      /* [tensors] */
    float *weights, *gradient;  /* [size] */
    float *x;                   /* [items][height][width][channels] */
    uint8_t *y;                 /* [items] */
    float seconds[REPEATS_MAX]; /* of each repeat */
    size_t step;
    double loss; /* of the last step */
};

/* ---- what is measured ---- */

static enum status random_items(struct bench_state *state, size_t count, struct error *error)
{
    const struct bench *bench = state->bench;
    size_t size = size_multiply(count, shape_size(bench->kind->shape));
    state->x = memory_alloc(size, sizeof *state->x, error);
    state->y = memory_alloc(count, 1, error);
    if (!state->x || !state->y)
        return STATUS_NO_MEMORY;
    random_normal(random_key(bench->seed, PURPOSE_SYNTHETIC, 0, 0), 0, size, state->x);
    struct random_sequence sequence = random_sequence(random_key(bench->seed, PURPOSE_SYNTHETIC, 0, 1));
    for (size_t i = 0; i < count; i++)
        state->y[i] = (uint8_t)random_next_below(&sequence, (uint32_t)bench->kind->classes);
    return STATUS_OK;
}

/* A network for `batch` items with a posterior of start values. */
static enum status state_make(struct bench_state *state, const struct bench *bench, size_t batch, int training,
                              struct error *error)
{
    *state = (struct bench_state){.bench = bench};
    enum status status = config_defaults(&state->config, error);
    if (status != STATUS_OK)
        return status;
    const struct config *config = &state->config;
    state->config.model.filters = (long)bench->filters;
    (void)snprintf(state->config.model.precision, sizeof state->config.model.precision, "%s", bench->precision);
    struct network_spec spec = network_spec_of(config, bench->kind);
    status = network_create(&spec, batch, training, bench->threads, &state->network, error);
    struct posterior_start start = posterior_start_of(config, bench->seed);
    if (status == STATUS_OK)
        status = posterior_create(state->network, bench->method, &start, bench->threads, &state->posterior, error);
    if (status != STATUS_OK)
        return status;
    state->penalty_scale = memory_alloc(state->posterior->tensor_count, sizeof *state->penalty_scale, error);
    state->weights = memory_alloc(state->posterior->size, sizeof *state->weights, error);
    state->gradient = memory_alloc(state->posterior->size, sizeof *state->gradient, error);
    if (!state->penalty_scale || !state->weights || !state->gradient)
        return STATUS_NO_MEMORY;
    for (size_t t = 0; t < state->posterior->tensor_count; t++)
        state->penalty_scale[t] = 1.0 / TRAIN_ITEMS;
    return STATUS_OK;
}

static void state_free(struct bench_state *state)
{
    predictor_free(&state->predictor);
    memory_free(state->keep);
    posterior_free(state->posterior);
    network_free(state->network);
    memory_free(state->penalty_scale);
    memory_free(state->weights);
    memory_free(state->gradient);
    memory_free(state->x);
    memory_free(state->y);
}

/* One training step; returns its seconds. clock NULL: nothing else is measured. */
static double timed_step(struct bench_state *state, struct phase_clock *clock)
{
    const struct bench *bench = state->bench;
    const struct method_functions *approximation = bench->method->functions;
    const struct config *config = &state->config;
    size_t correct;
    double penalty_loss;
    double started = monotonic_seconds(), begun = started;
    const float *w =
        approximation->sample(state->posterior, bench->seed, PURPOSE_WEIGHT_NOISE, state->step, state->weights);
    phase_end_of_all(clock, PHASE_SAMPLING, begun);
    network_set_weights(state->network, w);
    state->loss = network_gradient(state->network, state->x, state->y, bench->batch, state->gradient, &correct);
    begun = phase_begin(clock);
    struct update update = {
        .step = state->step,
        .adam = {(float)config->train.adam_beta1, (float)config->train.adam_beta2, (float)config->train.adam_epsilon},
        .learning_rate = config->train.learning_rate,
        .sigma_learning_rate = config->train.learning_rate * config->train.sigma_rate_factor,
        .sigma_steps = state->step,
        .prior_sigma = config->posterior.prior_sigma,
        .penalty_scale = state->penalty_scale,
    };
    (void)approximation->update(state->posterior, &update, w, state->gradient, &penalty_loss);
    phase_end_of_all(clock, PHASE_OPTIMIZER, begun);
    state->step += 1;
    return monotonic_seconds() - started;
}

static enum status timed_prediction(struct bench_state *state, struct prediction *prediction, float *seconds,
                                    struct error *error)
{
    double started = monotonic_seconds();
    enum status status =
        predict(&state->predictor, PREDICT_SAMPLED, state->keep, state->bench->seed, state->x, prediction, error);
    *seconds = (float)(monotonic_seconds() - started);
    return status;
}

/* ---- rates ---- */

/* Whether repeat number `done` is still to be made: all that were asked for, else those that fit in a second. */
static int goes_on(const struct bench *bench, size_t done, size_t least, double spent)
{
    size_t most = bench->repeats > 0 && bench->repeats < REPEATS_MAX ? bench->repeats : REPEATS_MAX;
    return done < most && (bench->repeats > 0 || done < least || spent < 1);
}

/* GFLOP/s of products of GEMM_SIZE cubed, one per thread at the same time. */
static enum status sgemm_rate(int threads, uint64_t seed, double *rate, struct error *error)
{
    const size_t size = GEMM_SIZE;
    const struct product product = {.single = gemm,
                                    .sizes = {GEMM_PLAIN, GEMM_PLAIN, size, size, size, size, size, size, 0, 0, 0}};
    double seconds;
    enum status status = product_seconds(&product, threads, seed, &seconds, error);
    if (status == STATUS_OK)
        *rate = 2e-9 * threads * pow(GEMM_SIZE, 3) / seconds;
    return status;
}

/* The cells that both tables have. */
static struct row row_of(const struct bench *bench, const struct table *table)
{
    struct row row = {.kind = table_kind_of(table)};
    row_text(&row, "dataset", bench->kind->name);
    row_text(&row, "method", bench->method->name);
    row_text(&row, "precision", bench->precision);
    row_number(&row, "filters", (double)bench->filters);
    row_number(&row, "threads", bench->threads);
    row_number(&row, "peak_mib", provenance_peak_mib());
    return row;
}

/* Parts of the threads' time in `steps` further steps. *gemm_seconds: of the products of one step, summed over threads.
 */
static enum status measure_shares(struct bench_state *state, size_t steps, struct row *row, double *gemm_seconds,
                                  struct error *error)
{
    static const struct {
        const char *column;
        enum phase phase;
    } shares[] = {{"share_gemm", PHASE_GEMM},
                  {"share_im2col", PHASE_TRANSFORM},
                  {"share_sampling", PHASE_SAMPLING},
                  {"share_optimizer", PHASE_OPTIMIZER}};
    struct phase_clock *clock = phase_clock_create(state->bench->threads, error);
    if (!clock)
        return STATUS_NO_MEMORY;
    network_set_clock(state->network, clock);
    double spent = 0;
    for (size_t i = 0; i < steps; i++)
        spent += timed_step(state, clock);
    network_set_clock(state->network, NULL);
    for (size_t i = 0; i < sizeof shares / sizeof shares[0]; i++)
        row_number(row, shares[i].column,
                   phase_clock_seconds(clock, shares[i].phase) / (spent * state->bench->threads));
    *gemm_seconds = phase_clock_seconds(clock, PHASE_GEMM) / (double)steps;
    phase_clock_free(clock);
    return STATUS_OK;
}

/* How much of the rate that its products have alone a step reaches, in which they take `seconds`. */
static enum status measure_products(struct bench_state *state, double seconds, struct row *row, struct error *error)
{
    struct products products = {0};
    double alone;
    products_begin(state->network, &products);
    (void)timed_step(state, NULL);
    products_end(state->network);
    enum status status = products_seconds(&products, state->bench->threads, state->bench->seed, &alone, error);
    if (status == STATUS_OK)
        row_number(row, "gemm_of_alone", alone / seconds);
    return status;
}

static enum status measure_steps(struct bench_state *state, struct table *table, struct error *error)
{
    const struct bench *bench = state->bench;
    size_t steps = 0;
    double spent = 0;
    for (size_t i = 0; i < WARM_UP_STEPS; i++)
        (void)timed_step(state, NULL);
    double faults = provenance_page_faults();
    for (; goes_on(bench, steps, LEAST_STEPS, spent); steps++) {
        state->seconds[steps] = (float)timed_step(state, NULL);
        spent += (double)state->seconds[steps];
    }
    faults = provenance_page_faults() - faults;
    if (!isfinite(state->loss)) /* what is timed is not what a training does */
        return error_set(error, STATUS_NOT_FINITE, "the loss of step %zu is not finite", state->step);
    double seconds = stats_median(state->seconds, steps), gemm_seconds = NAN, sgemm = NAN;
    struct row row = row_of(bench, table);
    enum status status = measure_shares(state, parts_of(steps, CLOCKED_SHARE), &row, &gemm_seconds, error);
    if (status == STATUS_OK)
        status = measure_products(state, gemm_seconds, &row, error);
    if (status == STATUS_OK)
        status = sgemm_rate(bench->threads, bench->seed, &sgemm, error);
    if (status != STATUS_OK)
        return status;
    row_number(&row, "batch", (double)bench->batch);
    row_number(&row, "ms_per_step", 1e3 * seconds);
    row_number(&row, "gflops", 6e-9 * network_multiply_adds(state->network) * (double)bench->batch / seconds);
    row_number(&row, "sgemm_gflops", sgemm);
    row_number(&row, "page_faults", faults / (double)steps);
    return table_add(table, row.cells, error);
}

enum status bench_step(const struct bench *bench, struct table *table, struct error *error)
{
    struct bench_state state;
    enum status status = state_make(&state, bench, bench->batch, 1, error);
    if (status == STATUS_OK)
        status = random_items(&state, bench->batch, error);
    if (status == STATUS_OK)
        status = measure_steps(&state, table, error);
    state_free(&state);
    return status;
}

static enum status measure_predictions(struct bench_state *state, struct prediction *prediction, struct table *table,
                                       struct error *error)
{
    const struct bench *bench = state->bench;
    size_t repeats = 0;
    double spent = 0, sgemm = NAN;
    /* One batch wakes the threads and gives the network's buffers their pages. */
    size_t first = smaller(bench->items, EVALUATION_BATCH);
    network_set_weights(state->network, state->posterior->mu);
    network_forward(state->network, state->x, first, prediction->sampled);
    double faults = provenance_page_faults();
    enum status status = STATUS_OK;
    for (; status == STATUS_OK && goes_on(bench, repeats, LEAST_PREDICTIONS, spent); repeats++) {
        status = timed_prediction(state, prediction, &state->seconds[repeats], error);
        spent += (double)state->seconds[repeats];
    }
    faults = provenance_page_faults() - faults;
    double seconds = stats_median(state->seconds, repeats);
    double passes = (double)bench->items * (double)prediction->samples;
    struct row row = row_of(bench, table);
    if (status == STATUS_OK)
        status = sgemm_rate(bench->threads, bench->seed, &sgemm, error);
    if (status != STATUS_OK)
        return status;
    row_number(&row, "fraction", bench->fraction);
    row_number(&row, "samples", (double)prediction->samples);
    row_number(&row, "items", (double)bench->items);
    row_number(&row, "ms", 1e3 * seconds);
    row_number(&row, "passes_per_second", passes / seconds);
    row_number(&row, "gflops", 2e-9 * network_multiply_adds(state->network) * passes / seconds);
    row_number(&row, "sgemm_gflops", sgemm);
    row_number(&row, "page_faults", faults / (double)repeats);
    return table_add(table, row.cells, error);
}

static enum status prune_at_random(struct bench_state *state, struct error *error)
{
    const struct bench *bench = state->bench;
    return pruning_keep(state->posterior, criterion_find("random", error), false, bench->seed, bench->fraction,
                        &state->keep, error);
}

enum status bench_predict(const struct bench *bench, struct table *table, struct error *error)
{
    struct bench_state state;
    struct prediction prediction = {0};
    enum status status = state_make(&state, bench, EVALUATION_BATCH, 0, error);
    if (status == STATUS_OK)
        status = random_items(&state, bench->items, error);
    if (status == STATUS_OK && bench->fraction > 0)
        status = prune_at_random(&state, error);
    if (status == STATUS_OK)
        status = predictor_make(state.posterior, state.network, EVALUATION_BATCH, &state.predictor, error);
    if (status == STATUS_OK)
        status = prediction_alloc(predictor_samples(&state.predictor, bench->samples), bench->items,
                                  bench->kind->classes, state.y, &prediction, error);
    if (status == STATUS_OK)
        status = measure_predictions(&state, &prediction, table, error);
    prediction_free(&prediction);
    state_free(&state);
    return status;
}
