#include "bench/bench.h"

#include <math.h>
#include <stdio.h>

#include "bayes/predictive.h"
#include "bayes/pruning.h"
#include "bench/products.h"
#include "config/config.h"
#include "core/memory.h"
#include "core/phase_clock.h"
#include "core/size.h"
#include "core/stats.h"
#include "run/provenance.h"
#include "run/run.h"
#include "run/trainer.h"

enum {
    REPEATS_MAX = 1000,
    WARM_UP_STEPS = 3,
    LEAST_STEPS = 10,
    LEAST_PREDICTIONS = 1,
    CLOCKED_SHARE = 4, /* one step with the clock for this many without */
    BATCHES = 4,       /* of random items, which steps take in turn */
    EPOCHS = 100000,   /* more than are run */
    GEMM_SIZE = 1024   /* rows and columns; its three matrices exceed the L2 cache, like a layer's */
};

struct bench_state {
    const struct bench *bench;
    struct run run; /* the defaults, on random items; without a file */
    struct trainer trainer;
    float seconds[REPEATS_MAX]; /* of each repeat */
};

/* ---- what to measure ---- */

static void randomise(const struct bench *bench, struct items *items)
{
    const size_t size = size_multiply(items->count, shape_size(items->shape));
    if (items->values)
        random_normal(random_key(bench->seed, PURPOSE_SYNTHETIC, 0, 0), 0, size, items->values);
    struct random_sequence sequence = random_sequence(random_key(bench->seed, PURPOSE_SYNTHETIC, 0, 1));
    for (size_t i = 0; items->bytes && i < size; i++)
        items->bytes[i] = (uint8_t)random_next_below(&sequence, UINT8_MAX + 1);
    for (size_t i = 0; i < items->count; i++)
        items->labels[i] = (uint8_t)random_next_below(&sequence, (uint32_t)bench->kind->classes);
}

/* A run with the config's defaults whose training file has `count` random items, all used for training. Pixels are
 * bytes, samples of series are numbers. */
static enum status run_make(struct run *run, const struct bench *bench, size_t count, struct error *error)
{
    *run = (struct run){.seed = bench->seed, .threads = bench->threads, .method = bench->method, .kind = bench->kind};
    enum status status = config_defaults(&run->config, error);
    if (status == STATUS_OK) {
        run->prior = prior_find(run->config.posterior.prior, error);
        status = run->prior ? STATUS_OK : STATUS_USAGE;
    }
    if (status != STATUS_OK)
        return status;
    if (bench->architecture)
        (void)snprintf(run->config.model.architecture, sizeof run->config.model.architecture, "%s",
                       bench->architecture);
    else
        run->config.model.filters = (long)bench->filters;
    run->config.train.batch = (long)bench->batch;
    run->config.train.epochs = EPOCHS;
    run->config.posterior.kl_warmup_end = 0;
    (void)snprintf(run->config.model.precision, sizeof run->config.model.precision, "%s", bench->precision);
    status = network_spec_of(&run->config, run->kind, &run->network, error);
    if (status != STATUS_OK)
        return status;
    run->dataset = memory_alloc(1, sizeof *run->dataset, error);
    run->split.train = memory_alloc(count, sizeof *run->split.train, error);
    if (!run->dataset || !run->split.train)
        return STATUS_NO_MEMORY;
    run->split.train_count = count;
    for (size_t i = 0; i < count; i++)
        run->split.train[i] = (uint32_t)i;
    status = items_alloc(&run->dataset->train, bench->kind, count, bench->kind->shape.width > 1, error);
    if (status == STATUS_OK)
        randomise(bench, &run->dataset->train);
    return status;
}

/* One complete training step; returns its seconds. */
static enum status timed_step(struct bench_state *state, double *seconds, struct error *error)
{
    struct trainer *trainer = &state->trainer;
    const double started = monotonic_seconds();
    enum status status = trainer_run(trainer, trainer->state.step + 1, error);
    *seconds = monotonic_seconds() - started;
    return status;
}

/* What a prediction needs. */
struct predicting {
    const struct bench *bench;
    struct trained trained;
    struct predictor predictor;
    float *keep; /* [size]; NULL: everything stays */
    float *x;    /* [items][height][width][channels] */
    uint8_t *y;  /* [items] */
    float seconds[REPEATS_MAX];
};

static enum status predicting_make(struct predicting *predicting, const struct bench *bench, struct error *error)
{
    struct run run;
    *predicting = (struct predicting){.bench = bench};
    enum status status = run_make(&run, bench, bench->items, error);
    struct posterior_start start = posterior_start_of(&run.config, bench->method, bench->seed);
    predicting->x = memory_alloc(size_multiply(bench->items, shape_size(bench->kind->shape)), sizeof(float), error);
    predicting->y = memory_alloc(bench->items, 1, error);
    if (status == STATUS_OK && (!predicting->x || !predicting->y))
        status = STATUS_NO_MEMORY;
    if (status == STATUS_OK)
        items_gather(&run.dataset->train, run.split.train, bench->items, predicting->x, predicting->y);
    if (status == STATUS_OK)
        status = network_create(&run.network, EVALUATION_BATCH, 0, bench->threads, &predicting->trained.network, error);
    if (status == STATUS_OK)
        status = posterior_create(predicting->trained.network, bench->method, &start, bench->threads,
                                  &predicting->trained.posterior, error);
    run_close(&run);
    return status;
}

static void predicting_free(struct predicting *predicting)
{
    predictor_free(&predicting->predictor);
    trained_free(&predicting->trained);
    memory_free(predicting->keep);
    memory_free(predicting->x);
    memory_free(predicting->y);
}

static enum status timed_prediction(struct predicting *predicting, struct prediction *prediction, float *seconds,
                                    struct error *error)
{
    double started = monotonic_seconds();
    enum status status = predict(&predicting->predictor, PREDICT_SAMPLED, predicting->keep, predicting->bench->seed,
                                 predicting->x, prediction, error);
    *seconds = (float)(monotonic_seconds() - started);
    return status;
}

/* ---- rates ---- */

/* Whether to make repeat number `done`: all that were requested, else those that fit in a second. */
static int goes_on(const struct bench *bench, size_t done, size_t least, double spent)
{
    size_t most = bench->repeats > 0 && bench->repeats < REPEATS_MAX ? bench->repeats : REPEATS_MAX;
    return done < most && (bench->repeats > 0 || done < least || spent < 1);
}

/* GFLOP/s of products of GEMM_SIZE cubed, one per thread at once. */
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
    struct row row = row_empty(table_kind_of(table));
    row_text(&row, "dataset", bench->kind->name);
    row_text(&row, "method", bench->method->name);
    row_text(&row, "precision", bench->precision);
    row_number(&row, "filters", bench->architecture ? NAN : (double)bench->filters);
    row_text(&row, "architecture", bench->architecture ? bench->architecture : "");
    row_number(&row, "threads", bench->threads);
    row_number(&row, "peak_mib", provenance_peak_mib());
    return row;
}

/* Shares of the threads' time in `steps` further steps. *gemm_seconds: of the products of one step, summed over
 * threads.
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
    enum status status = STATUS_OK;
    double spent = 0;
    network_set_clock(state->trainer.network, clock);
    state->trainer.posterior->clock = clock;
    for (size_t i = 0; i < steps && status == STATUS_OK; i++) {
        double seconds;
        status = timed_step(state, &seconds, error);
        spent += seconds;
    }
    network_set_clock(state->trainer.network, NULL);
    state->trainer.posterior->clock = NULL;
    for (size_t i = 0; i < sizeof shares / sizeof shares[0]; i++)
        row_number(row, shares[i].column,
                   phase_clock_seconds(clock, shares[i].phase) / (spent * state->bench->threads));
    *gemm_seconds = phase_clock_seconds(clock, PHASE_GEMM) / (double)steps;
    phase_clock_free(clock);
    return status;
}

/* The rate of a step's products, which take `seconds`, as a fraction of their rate alone. */
static enum status measure_products(struct bench_state *state, double seconds, struct row *row, struct error *error)
{
    struct products products = {0};
    double alone, unused;
    products_begin(state->trainer.network, &products);
    enum status status = timed_step(state, &unused, error);
    products_end(state->trainer.network);
    if (status == STATUS_OK)
        status = products_seconds(&products, state->bench->threads, state->bench->seed, &alone, error);
    if (status == STATUS_OK)
        row_number(row, "gemm_of_alone", alone / seconds);
    return status;
}

static enum status time_steps(struct bench_state *state, size_t *steps, double *faults, struct error *error)
{
    enum status status = STATUS_OK;
    double spent = 0, seconds;
    for (size_t i = 0; i < WARM_UP_STEPS && status == STATUS_OK; i++)
        status = timed_step(state, &seconds, error);
    const double before = provenance_page_faults();
    for (*steps = 0; status == STATUS_OK && goes_on(state->bench, *steps, LEAST_STEPS, spent); (*steps)++) {
        status = timed_step(state, &seconds, error);
        state->seconds[*steps] = (float)seconds;
        spent += seconds;
    }
    *faults = provenance_page_faults() - before;
    return status;
}

static enum status measure_steps(struct bench_state *state, struct table *table, struct error *error)
{
    const struct bench *bench = state->bench;
    size_t steps = 0;
    double faults = NAN, gemm_seconds = NAN, sgemm = NAN;
    enum status status = time_steps(state, &steps, &faults, error);
    if (status != STATUS_OK)
        return status;
    const double seconds = stats_median(state->seconds, steps);
    struct row row = row_of(bench, table);
    status = measure_shares(state, parts_of(steps, CLOCKED_SHARE), &row, &gemm_seconds, error);
    if (status == STATUS_OK)
        status = measure_products(state, gemm_seconds, &row, error);
    if (status == STATUS_OK)
        status = sgemm_rate(bench->threads, bench->seed, &sgemm, error);
    if (status != STATUS_OK)
        return status;
    row_number(&row, "batch", (double)bench->batch);
    row_number(&row, "ms_per_step", 1e3 * seconds);
    row_number(&row, "gflops", 6e-9 * network_multiply_adds(state->trainer.network) * (double)bench->batch / seconds);
    row_number(&row, "sgemm_gflops", sgemm);
    row_number(&row, "page_faults", faults / (double)steps);
    return table_add(table, row.cells, error);
}

enum status bench_step(const struct bench *bench, struct table *table, struct error *error)
{
    struct bench_state state = {.bench = bench};
    enum status status = run_make(&state.run, bench, size_multiply(BATCHES, bench->batch), error);
    if (status == STATUS_OK)
        status = trainer_make(&state.trainer, &state.run, NULL, error);
    if (status == STATUS_OK)
        status = measure_steps(&state, table, error);
    trainer_free(&state.trainer);
    run_close(&state.run);
    return status;
}

static enum status measure_predictions(struct predicting *predicting, struct prediction *prediction,
                                       struct table *table, struct error *error)
{
    const struct bench *bench = predicting->bench;
    size_t repeats = 0;
    double spent = 0, sgemm = NAN;
    /* One batch wakes the threads and gives the network's buffers their pages. */
    size_t first = smaller(bench->items, EVALUATION_BATCH);
    network_set_weights(predicting->trained.network, predicting->trained.posterior->mu);
    network_forward(predicting->trained.network, predicting->x, first, prediction->sampled);
    double faults = provenance_page_faults();
    enum status status = STATUS_OK;
    for (; status == STATUS_OK && goes_on(bench, repeats, LEAST_PREDICTIONS, spent); repeats++) {
        status = timed_prediction(predicting, prediction, &predicting->seconds[repeats], error);
        spent += (double)predicting->seconds[repeats];
    }
    faults = provenance_page_faults() - faults;
    double seconds = stats_median(predicting->seconds, repeats);
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
    row_number(&row, "gflops", 2e-9 * network_multiply_adds(predicting->trained.network) * passes / seconds);
    row_number(&row, "sgemm_gflops", sgemm);
    row_number(&row, "page_faults", faults / (double)repeats);
    return table_add(table, row.cells, error);
}

static enum status prune_at_random(struct predicting *predicting, struct error *error)
{
    const struct bench *bench = predicting->bench;
    const struct pruning_rule rule = {.criterion = criterion_find("random", error), .seed = bench->seed};
    return pruning_keep(predicting->trained.posterior, &rule, bench->fraction, &predicting->keep, error);
}

enum status bench_predict(const struct bench *bench, struct table *table, struct error *error)
{
    struct predicting predicting;
    struct prediction prediction = {0};
    enum status status = predicting_make(&predicting, bench, error);
    if (status == STATUS_OK && bench->fraction > 0)
        status = prune_at_random(&predicting, error);
    if (status == STATUS_OK)
        status = predictor_make(predicting.trained.posterior, predicting.trained.network, EVALUATION_BATCH,
                                &predicting.predictor, error);
    if (status == STATUS_OK)
        status = prediction_alloc(predictor_samples(&predicting.predictor, bench->samples), bench->items,
                                  bench->kind->classes, predicting.y, &prediction, error);
    if (status == STATUS_OK)
        status = measure_predictions(&predicting, &prediction, table, error);
    prediction_free(&prediction);
    predicting_free(&predicting);
    return status;
}
