#include "run/run_check.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "bayes/criterion.h"

/* "FILE:LINE: section.key: " and the reason. */
__attribute__((format(printf, 4, 5))) static enum status refuse(const struct run *run, const char *key,
                                                                struct error *error, const char *format, ...)
{
    char reason[512];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(reason, sizeof reason, format, arguments);
    va_end(arguments);
    return error_set(error, STATUS_USAGE, "%s: %s: %s", config_origin(run->source, key), key,
                     length > 0 ? reason : "is refused");
}

struct training_length training_length(const struct run *run)
{
    size_t steps_per_epoch = run->split.train_count / (size_t)run->config.train.batch;
    return (struct training_length){steps_per_epoch, steps_per_epoch * (size_t)run->config.train.epochs};
}

/* ---- by the config alone ---- */

static enum status check_augmentation(const struct run *run, struct error *error)
{
    const struct shape shape = run->kind->shape;
    const size_t shift = (size_t)run->config.train.shift;
    if (run->config.train.flip && shape.width == 1)
        return refuse(run, "train.flip", error, "yes, but the items of %s have no left and right; omit it",
                      run->kind->name);
    const size_t shortest = shape.width > 1 && shape.width < shape.height ? shape.width : shape.height;
    if (shift >= shortest)
        return refuse(run, "train.shift", error,
                      "%zu would leave nothing of items of %zux%zu to learn from; set at most %zu", shift, shape.height,
                      shape.width, shortest - 1);
    return STATUS_OK;
}

/* If all weights are 0, so are their gradients; only the noise of a posterior with a sigma escapes from there. */
static enum status check_start(const struct run *run, struct error *error)
{
    if (run->config.posterior.mu_start > 0 || run->method->has_sigma)
        return STATUS_OK;
    return refuse(
        run, "posterior.mu_start", error,
        "0, and weights that all start at 0 have no gradient, so that %s would learn nothing; set more than 0",
        run->method->name);
}

static enum status check_schedule(const struct run *run, struct error *error)
{
    if (strcmp(run->config.train.schedule, "exponential") != 0 || run->config.train.schedule_decay > 0)
        return STATUS_OK;
    return refuse(run, "train.schedule_decay", error,
                  "0, and nothing would be learned after the first step; set more than 0");
}

/* Each value once and in order: a repeated value is a repeated point, and curves are drawn in the order of their
 * points. */
static enum status check_ascending(const struct run *run, const char *key, const struct config_list *list,
                                   struct error *error)
{
    for (size_t i = 1; i < list->count; i++) {
        if (list->value[i] <= list->value[i - 1])
            return refuse(run, key, error, "%g comes after %g; give each value once, from the least to the greatest",
                          list->value[i], list->value[i - 1]);
    }
    return STATUS_OK;
}

static enum status check_points(const struct run *run, struct error *error)
{
    enum status status = check_ascending(run, "prune.fractions", &run->config.prune.fractions, error);
    if (status == STATUS_OK)
        status = check_ascending(run, "prune.thresholds", &run->config.prune.thresholds, error);
    if (status == STATUS_OK)
        status = check_ascending(run, "prune.evaluate_at", &run->config.prune.evaluate_at, error);
    const struct config_names *names = &run->config.prune.criteria;
    const struct criterion *only = names->count == 1 ? criterion_find(names->name[0], NULL) : NULL;
    const bool only_thresholds = only && only->needs & HAS_THRESHOLDS;
    if (status != STATUS_OK || run->config.prune.fractions.count > 0 ||
        (only_thresholds && run->config.prune.thresholds.count > 0))
        return status;
    return refuse(run, "prune.fractions", error,
                  "none, and a criterion other than log_p0 has no other points; set a fraction at least");
}

static enum status check_biases(const struct run *run, struct error *error)
{
    if (!run->config.prune.biases || strcmp(run->config.prune.granularity, "unit") != 0)
        return STATUS_OK;
    return refuse(run, "prune.biases", error,
                  "yes, but with prune.granularity = unit a bias goes with its unit and is not ranked; omit it");
}

static size_t members_of(const struct run *run)
{
    return posterior_members(run->method, posterior_start_of(&run->config, run->method, run->seed).options);
}

/* The mean of an ensemble's networks would mean nothing; its first member represents it. */
static enum status check_members_asked(const struct run *run, struct error *error)
{
    if (run->method->networks != NETWORKS_MEMBERS || run->config.prune.samples > 0)
        return STATUS_OK;
    return refuse(run, "prune.samples", error,
                  "0, and of the %zu members of the ensemble only the first would be asked; set at least 1, which asks "
                  "all",
                  members_of(run));
}

/* Several sampled networks disagree; one does not, and measures of disagreement would be 0 everywhere. */
static enum status check_samples(const struct run *run, const char *key, long samples, struct error *error)
{
    if (run->method->networks != NETWORKS_DRAWN || samples > 1)
        return STATUS_OK;
    return refuse(run, key, error, "%ld, and networks that are to disagree have to be 2 at least; set 2 or more",
                  samples);
}

static enum status check_strengths(const struct run *run, struct error *error)
{
    if (run->config.perturb.scale > 0)
        return check_samples(run, "perturb.samples", run->config.perturb.samples, error);
    return refuse(run, "perturb.scale", error,
                  "0, and all of the %ld strengths would be none at all; set more than 0 (1: the registry's)",
                  run->config.perturb.strengths);
}

/* The fewer networks a mean covers, the less entropy it has: with unequal numbers, the area would reflect those. */
static enum status check_equal_samples(const struct run *run, struct error *error)
{
    long own = run->config.train.test_samples, other = run->config.ood.samples;
    if (run->method->networks != NETWORKS_DRAWN || own == other)
        return check_samples(run, "ood.samples", other, error);
    return refuse(
        run, "ood.samples", error,
        "the test items were predicted by train.test_samples = %ld networks, and items of no class would be by "
        "ood.samples = %ld, so that their entropies do not compare; give --set ood.samples=%ld",
        own, other, own);
}

/* ---- with the data ---- */

static enum status check_batch(const struct run *run, struct error *error)
{
    if ((size_t)run->config.train.batch <= run->split.train_count)
        return STATUS_OK;
    return refuse(run, "train.batch", error, "%ld, but the training split has %zu items%s; set at most %zu",
                  run->config.train.batch, run->split.train_count,
                  run->config.data.train_items > 0 ? " (data.train_items, data.validation_fraction)" : "",
                  run->split.train_count);
}

/* Otherwise a config that trains for less than its base config would keep its sigmas without anyone noticing. */
static enum status check_freeze(const struct run *run, struct error *error)
{
    size_t steps = training_length(run).steps;
    if (!run->method->has_sigma || (size_t)run->config.train.sigma_freeze_steps < steps)
        return STATUS_OK;
    return refuse(run, "train.sigma_freeze_steps", error,
                  "%ld, but the training has %zu steps, and no sigma would learn; give less (0: none are frozen), or a "
                  "train.sigma_rate_factor of 0 where that is meant",
                  run->config.train.sigma_freeze_steps, steps);
}

static enum status check_members_trained(const struct run *run, struct error *error)
{
    size_t steps = training_length(run).steps;
    char key[64];
    if (members_of(run) <= steps)
        return STATUS_OK;
    (void)snprintf(key, sizeof key, "%s.members", run->method->section);
    return refuse(
        run, key, error,
        "%zu, but the training has %zu steps, each of one member, and the others would not be trained; set at "
        "most %zu, or more train.epochs",
        members_of(run), steps, steps);
}

/* A warm-up whose start is all that any step sees. mle has nothing to warm up. */
static enum status check_warmup(const struct run *run, struct error *error)
{
    const struct config *config = &run->config;
    size_t steps = training_length(run).steps;
    double begin = config->posterior.kl_warmup_begin, last = (double)(steps - 1) / (double)steps;
    if (begin <= 0 || last > begin || last >= config->posterior.kl_warmup_end || config->posterior.temperature <= 0 ||
        strcmp(run->method->name, "mle") == 0)
        return STATUS_OK;
    return refuse(
        run, "posterior.kl_warmup_begin", error,
        "%g, but the last of the training's %zu steps is at %.3g of them, so that the prior would count no more "
        "than posterior.kl_start = %g of its weight in any; begin sooner, or train for longer",
        begin, steps, last, config->posterior.kl_start);
}

/* `standard`, a key's default, means as many as there are if these are fewer: nobody asked for that number. */
static enum status check_items(const struct run *run, const char *key, long items, long standard, struct error *error)
{
    size_t count = run_test_count(run);
    if ((size_t)items <= count || items == standard)
        return STATUS_OK;
    bool validation = strcmp(run->config.data.evaluate, "validation") == 0;
    return refuse(run, key, error, "%ld, but %s has %zu items%s; set at most %zu", items,
                  validation ? "the validation split" : "the test file", count,
                  run->config.data.test_items > 0 ? " (data.test_items)" : "", count);
}

static enum status check_prune_items(const struct run *run, struct error *error)
{
    return check_items(run, "prune.items", run->config.prune.items, 0, error);
}

static enum status check_perturb_items(const struct run *run, struct error *error)
{
    struct config standard;
    enum status status = config_defaults(&standard, error);
    return status == STATUS_OK
               ? check_items(run, "perturb.items", run->config.perturb.items, standard.perturb.items, error)
               : status;
}

static enum status check_ood_items(const struct run *run, struct error *error)
{
    struct config standard;
    enum status status = config_defaults(&standard, error);
    return status == STATUS_OK ? check_items(run, "ood.items", run->config.ood.items, standard.ood.items, error)
                               : status;
}

/* To add a check: write it, and add its row. They run from first to last. */
static const struct check {
    enum run_stage stage;
    bool of_data; /* the run's data have to be open */
    enum status (*ask)(const struct run *run, struct error *error);
} CHECKS[] = {
    {RUN_TRAIN, false, check_augmentation},   {RUN_TRAIN, false, check_start},
    {RUN_TRAIN, false, check_schedule},       {RUN_PRUNE, false, check_points},
    {RUN_PRUNE, false, check_members_asked},  {RUN_PRUNE, false, check_biases},
    {RUN_PERTURB, false, check_strengths},    {RUN_OOD, false, check_equal_samples},
    {RUN_TRAIN, true, check_batch},           {RUN_TRAIN, true, check_freeze},
    {RUN_TRAIN, true, check_members_trained}, {RUN_TRAIN, true, check_warmup},
    {RUN_PRUNE, true, check_prune_items},     {RUN_PERTURB, true, check_perturb_items},
    {RUN_OOD, true, check_ood_items},
};

enum status run_check(const struct run *run, unsigned int stages, struct error *error)
{
    enum status status = STATUS_OK;
    for (size_t i = 0; i < sizeof CHECKS / sizeof CHECKS[0] && status == STATUS_OK; i++) {
        if (stages & CHECKS[i].stage && (run->dataset || !CHECKS[i].of_data))
            status = CHECKS[i].ask(run, error);
    }
    return status;
}
