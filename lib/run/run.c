#include "run/run.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "bayes/criterion.h"
#include "bayes/metric.h"
#include "core/cpus.h"
#include "core/memory.h"
#include "data/ood.h"
#include "data/perturb.h"
#include "io/atomic_file.h"
#include "io/file_lock.h"
#include "nn/schedule.h"
#include "run/checkpoint.h"
#include "run/mismatch.h"
#include "run/provenance.h"
#include "nn/architecture.h"
#include "run/run_check.h"
#include "run/run_data.h"
#include "run/run_name.h"
#include "run/run_store.h"
#include "run/tables.h"

static enum status name_refused(const struct run *run, const char *key, struct error *error)
{
    return error_context(error, "%s: %s: ", config_origin(run->source, key), key);
}

static enum status does_not_fit(const struct run *run, const char *key, const char *row, const char *what,
                                struct error *error)
{
    return error_set(error, STATUS_USAGE, "%s: %s: %s does not fit %s; omit it", config_origin(run->source, key), key,
                     row, what);
}

/* An architecture has all layers, so the keys of the short form, which files may still have from their bases, say
 * nothing; to ask for one of them beside it is a mistake. */
static enum status check_one_network(const struct run *run, struct error *error)
{
    static const char *const keys[] = {"model.layers", "model.filters", "model.kernel", "model.stride"};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        const char *origin = config_origin(run->source, keys[i]);
        if (strcmp(origin, "--set") == 0 || config_is_swept(run->source, keys[i]))
            return error_set(error, STATUS_USAGE,
                             "%s: %s changes nothing, since model.architecture (%s) has all layers; remove one of them",
                             origin, keys[i], config_origin(run->source, "model.architecture"));
    }
    return STATUS_OK;
}

static enum status network_check(struct run *run, struct error *error)
{
    const bool written = run->config.model.architecture[0] != '\0';
    enum status status = written && run->source ? check_one_network(run, error) : STATUS_OK;
    if (status != STATUS_OK)
        return status;
    if (network_spec_of(&run->config, run->kind, &run->network, error) == STATUS_OK)
        return STATUS_OK;
    (void)name_refused(run, written ? "model.architecture" : "model.layers", error);
    error->status = STATUS_USAGE;
    return STATUS_USAGE;
}

/* The registry rows that a config names, found before anything else is done, so that a typo costs no training. */
static enum status registries_check(struct run *run, struct error *error)
{
    const struct config *config = &run->config;
    run->method = method_find(config->posterior.method, error);
    if (!run->method)
        return name_refused(run, "posterior.method", error);
    run->prior = prior_find(config->posterior.prior, error);
    if (!run->prior)
        return name_refused(run, "posterior.prior", error);
    enum status status = run_data_find(run, error);
    if (status != STATUS_OK)
        return status;
    if (!schedule_find(config->train.schedule, error))
        return name_refused(run, "train.schedule", error);
    for (size_t i = 0; i < config->prune.criteria.count; i++) {
        const struct criterion *criterion = criterion_find(config->prune.criteria.name[i], error);
        if (!criterion)
            return name_refused(run, "prune.criteria", error);
        if (!criterion_fits(criterion, run->method))
            return does_not_fit(run, "prune.criteria", criterion->name, run->method->name, error);
    }
    for (size_t i = 0; i < config->perturb.perturbations.count; i++) {
        const struct perturbation *perturbation = perturbation_find(config->perturb.perturbations.name[i], error);
        if (!perturbation)
            return name_refused(run, "perturb.perturbations", error);
        if (!perturbation_fits(perturbation, run->kind->shape))
            return does_not_fit(run, "perturb.perturbations", perturbation->name, run->kind->name, error);
    }
    for (size_t i = 0; i < config->ood.sets.count; i++) {
        const struct ood *ood = ood_find(config->ood.sets.name[i], error);
        if (!ood)
            return name_refused(run, "ood.sets", error);
        if (!ood_fits(ood, run->kind))
            return does_not_fit(run, "ood.sets", ood->name, run->kind->name, error);
    }
    return network_check(run, error);
}

/* A run's file keeps the run's name, which its config alone does not give for a cell of a sweep. */
static enum status name_of_file(struct run *run, const char *path, struct error *error)
{
    struct store *store = NULL;
    char *name = NULL, *label = NULL;
    enum status status = run_store_open(path, &store, error);
    if (status == STATUS_OK)
        status = store_get_text(store, "/", "run", &name, error);
    if (status == STATUS_OK)
        status = store_get_text(store, "/", "label", &label, error);
    if (status == STATUS_OK && (strlen(name) >= sizeof run->name || strlen(label) >= sizeof run->label))
        status = error_set(error, STATUS_DATA, "%s: the run's name is too long; " STORE_REMEDY_CHANGED, path);
    if (status == STATUS_OK) {
        (void)snprintf(run->name, sizeof run->name, "%s", name);
        (void)snprintf(run->label, sizeof run->label, "%s", label);
        run->path = memory_copy_text(path, error);
        status = run->path ? STATUS_OK : STATUS_NO_MEMORY;
    }
    memory_free(name);
    memory_free(label);
    store_close(store);
    return status;
}

/* Architectures have characters that a name may not have (run_name.h): "2 * dense 30; maxpool 3/2" becomes
 * "2_dense_30_maxpool_3_2". */
static void label_as_name(const char *label, char name[CONFIG_LABEL_SIZE])
{
    static const char refused[] = " ;*/";
    for (; *label; label += strspn(label, refused)) {
        const size_t length = strcspn(label, refused);
        memcpy(name, label, length);
        name += length;
        label += length;
        if (*label)
            *name++ = '_';
    }
    *name = '\0';
}

static enum status name_make(struct run *run, const struct run_options *options, struct error *error)
{
    if (options->path)
        return name_of_file(run, options->path, error);
    const struct config *config = &run->config;
    if (config->run.name[0] && run_name_check(config->run.name, error) != STATUS_OK)
        return name_refused(run, "run.name", error);
    char label[CONFIG_LABEL_SIZE];
    label_as_name(run->label, label);
    int length;
    if (config->run.name[0])
        length = snprintf(run->name, sizeof run->name, "%s", config->run.name);
    else
        length = snprintf(run->name, sizeof run->name, "%s%s%s_%s", run->kind->name, config->model.name[0] ? "_" : "",
                          config->model.name, config->posterior.method);
    size_t used = length > 0 ? (size_t)length : 0;
    length = snprintf(run->name + used, sizeof run->name - used, "%s%s_seed%llu", label[0] ? "_" : "", label,
                      (unsigned long long)run->seed);
    if (length < 0 || used + (size_t)length >= sizeof run->name)
        return error_set(error, STATUS_USAGE,
                         "the run's name, with the values of its sweep, is longer than %d bytes; set a shorter "
                         "run.name, or sweep shorter values",
                         RUN_NAME_MAX);
    if (run_name_check(run->name, error) != STATUS_OK)
        return error_context(error, "%s: run.name: ", config_origin(run->source, "run.name"));
    char path[4096];
    length = snprintf(path, sizeof path, "%s/%s.h5", options->out, run->name);
    if (length < 0 || (size_t)length >= sizeof path)
        return error_set(error, STATUS_USAGE, "the path of the run's file is too long");
    run->path = memory_copy_text(path, error);
    return run->path ? STATUS_OK : STATUS_NO_MEMORY;
}

static int threads_wanted(const struct run *run, const struct run_options *options)
{
    if (options->threads > 0)
        return options->threads;
    if (run->config.run.threads > 0)
        return (int)run->config.run.threads;
    const int cores = cpus_available(), beside = options->beside > 1 ? options->beside : 1;
    return cores > beside ? cores / beside : 1;
}

enum status run_resolve(struct run *run, const struct config_source *source, size_t cell, uint64_t seed,
                        const struct run_options *options, struct error *error)
{
    *run =
        (struct run){.source = source, .cell = cell, .seed = seed, .places = options->places, .force = options->force};
    enum status status = config_cell(source, cell, &run->config, run->label, error);
    if (status == STATUS_OK)
        status = registries_check(run, error);
    if (status == STATUS_OK)
        status = run_check(run, options->stages, error);
    if (status == STATUS_OK)
        status = name_make(run, options, error);
    if (status == STATUS_OK)
        run->threads = threads_wanted(run, options);
    return status;
}

static bool is_validated(const struct run *run)
{
    return strcmp(run->config.data.evaluate, "validation") == 0;
}

/* Raised when the same config trains to other numbers, so that no older checkpoint is resumed. 2: the label's gradient
 * is exact where the network is sure. 3, where kernels are cut to their maps: taps that read only padding are not
 * weights.
 */
enum { TRAIN_VERSION = 2, TRAIN_VERSION_CUT = 3 };

void run_train_sections(const struct run *run, char sections[RUN_SECTIONS_SIZE])
{
    (void)snprintf(sections, RUN_SECTIONS_SIZE, "data model posterior train %s %s",
                   run->method->section ? run->method->section : "", run->prior->section ? run->prior->section : "");
}

enum status run_open(struct run *run, const struct config_source *source, size_t cell, uint64_t seed,
                     const struct run_options *options, struct error *error)
{
    enum status status = run_resolve(run, source, cell, seed, options, error);
    if (status != STATUS_OK)
        return status;
    status = cpus_check_threads(run->threads, error);
    if (status == STATUS_OK)
        status = run_data_open(run, error);
    if (status == STATUS_OK)
        status = run_check(run, options->stages, error);
    if (status != STATUS_OK)
        return status;
    dataset_identity(run->dataset, run->data_identity);
    (void)snprintf(run->data_source, sizeof run->data_source, "%s%s", run->dataset->source,
                   is_validated(run) ? "; measured on the validation split" : "");
    char sections[RUN_SECTIONS_SIZE];
    run_train_sections(run, sections);
    char part[32];
    (void)snprintf(part, sizeof part, "training %d",
                   network_cuts_kernels(&run->network) ? TRAIN_VERSION_CUT : TRAIN_VERSION);
    return run_identity(run, sections, part, run->train_identity, error);
}

void run_close(struct run *run)
{
    memory_free(run->path);
    dataset_free(run->dataset);
    split_free(&run->split);
    *run = (struct run){0};
}

enum status network_spec_of(const struct config *config, const struct dataset_kind *kind, struct network_spec *spec,
                            struct error *error)
{
    struct conv_shape windows[NETWORK_LAYERS_MAX + 1];
    const struct network_short form = {.layers = (size_t)config->model.layers,
                                       .filters = (size_t)config->model.filters,
                                       .kernel = (size_t)config->model.kernel,
                                       .stride = (size_t)config->model.stride};
    enum status status = STATUS_OK;
    *spec = network_of_short(kind->shape, kind->classes, &form);
    spec->bf16 = strcmp(config->model.precision, "bf16") == 0;
    if (config->model.architecture[0] != '\0')
        status = architecture_parse(config->model.architecture, spec, error);
    return status == STATUS_OK ? network_windows(spec, windows, error) : status;
}

struct scene run_scene(const struct run *run)
{
    return scene_of(run->dataset, strcmp(run->config.perturb.fill, "black") == 0);
}

struct posterior_start posterior_start_of(const struct config *config, const struct method *method, uint64_t seed)
{
    return (struct posterior_start){
        .seed = seed,
        .glorot = strcmp(config->posterior.start, "glorot") == 0,
        .mu_scale = config->posterior.mu_start,
        .sigma_low = config->posterior.sigma_start_low,
        .sigma_high = config->posterior.sigma_start_high,
        .options = method->section ? config_section(config, method->section) : NULL,
    };
}

struct pruning_rule pruning_rule_of(const struct config *config, const struct criterion *criterion, uint64_t seed)
{
    const bool units = strcmp(config->prune.granularity, "unit") == 0;
    const bool gaussian = strcmp(config->posterior.prior, "gaussian") == 0;
    return (struct pruning_rule){.criterion = criterion,
                                 .granularity = units ? GRANULARITY_UNIT : GRANULARITY_WEIGHT,
                                 .biases = config->prune.biases,
                                 .seed = seed,
                                 .prior_sigma = gaussian ? config->posterior.prior_sigma : 0};
}

struct prior prior_of(const struct config *config, const struct prior_kind *kind)
{
    return (struct prior){.kind = kind,
                          .sigma = config->posterior.prior_sigma,
                          .options = kind->section ? config_section(config, kind->section) : NULL};
}

enum status run_identity(const struct run *run, const char *sections, const char *part, char hex[SHA256_HEX_SIZE],
                         struct error *error)
{
    struct config config = run->config; /* which rows are asked for does not change a row's result */
    config.prune.criteria.count = config.perturb.perturbations.count = config.ood.sets.count = 0;
    config.prune.evaluate_at.count = 0;
    char *const places[] = {config.data.name,
                            config.data.train,
                            config.data.train_labels,
                            config.data.validation,
                            config.data.validation_labels,
                            config.data.test,
                            config.data.test_labels}; /* what lies there has its hashes in data_identity */
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++)
        places[i][0] = '\0';
    config.perturb.frames = 50; /* omitted from the text: only illustrate.c needs them, and names them in `part` */
    char *text = config_section_text(&config, sections, error);
    if (!text)
        return STATUS_NO_MEMORY;
    size_t room = strlen(text) + strlen(part) + 2 * SHA256_HEX_SIZE + 64;
    char *all = memory_alloc(room, 1, error);
    int length = -1;
    if (all)
        length = snprintf(all, room, "%s\nseed %llu\ndata %s\ntrained %s\npart %s\n", text,
                          (unsigned long long)run->seed, run->data_identity, run->train_identity, part);
    if (length > 0)
        sha256_hex(all, (size_t)length, hex);
    memory_free(all);
    memory_free(text);
    return all ? STATUS_OK : STATUS_NO_MEMORY;
}

enum status run_may_write(const struct run *run, struct error *error)
{
    return run->not_locked ? error_set(error, run->not_locked->status, "%s", run->not_locked->message) : STATUS_OK;
}

enum status run_commit(const struct run *run, struct store *store, struct error *error)
{
    enum status status = run_may_write(run, error);
    if (status == STATUS_OK && run->lock)
        status = file_lock_check(run->lock, error);
    if (status == STATUS_OK)
        return store_commit(store, error);
    store_close(store);
    return status;
}

bool run_is_there(const struct run *run)
{
    return !path_is_absent(run->path);
}

enum status run_has(const struct run *run, const char *object, const char *identity, bool *has, struct error *error)
{
    *has = false;
    if (!run_is_there(run))
        return STATUS_OK;
    struct store *store = NULL;
    char *found = NULL;
    enum status status = run_store_open(run->path, &store, error);
    if (status == STATUS_OK)
        status = store_find_text(store, object, "identity", &found, error);
    *has = found && strcmp(found, identity) == 0;
    memory_free(found);
    store_close(store);
    return status;
}

enum status run_measured(const struct run *run, const char *table, const char *column, const char *name, bool *measured,
                         struct error *error)
{
    static const char *const columns[] = {"accuracy", "accuracy_mean_weights", "entropy", "probability"};
    const struct table_kind *kind = table_find(table);
    struct store *store = NULL;
    struct table *rows = table_create(kind, error);
    *measured = true;
    enum status status = rows ? run_store_open(run->path, &store, error) : STATUS_NO_MEMORY;
    if (status == STATUS_OK)
        status = table_load_if_there(rows, store, error);
    for (size_t i = 0; status == STATUS_OK && i < table_rows(rows); i++) {
        if (column && strcmp(table_text(rows, i, column), name) != 0)
            continue;
        for (size_t c = 0; c < sizeof columns / sizeof columns[0]; c++)
            *measured = *measured && (table_column_index(kind, columns[c]) == SIZE_MAX ||
                                      isfinite(table_number(rows, i, columns[c])));
    }
    store_close(store);
    table_free(rows);
    return status;
}

enum status run_describe_config(const struct run *run, struct store *store, struct error *error)
{
    enum status status = STATUS_NO_MEMORY;
    char *text = config_text(run->source, run->cell, false, error);
    char *origins = config_text(run->source, run->cell, true, error);
    if (text && origins) {
        status = store_set_text(store, "/config", "text", text, error);
        if (status == STATUS_OK)
            status = store_set_text(store, "/config", "origins", origins, error);
    }
    memory_free(text);
    memory_free(origins);
    return status;
}

enum status run_describe(const struct run *run, struct store *store, const char *state, struct error *error)
{
    char seed[32];
    (void)snprintf(seed, sizeof seed, "%llu", (unsigned long long)run->seed);
    const char *const attributes[][2] = {{"run", run->name},
                                         {"label", run->label},
                                         {"dataset", run->kind->name},
                                         {"method", run->method->name},
                                         {"seed", seed},
                                         {"data_source", run->data_source},
                                         {"state", state}};
    enum status status = run_store_sign(store, error);
    for (size_t i = 0; i < sizeof attributes / sizeof attributes[0] && status == STATUS_OK; i++)
        status = store_set_text(store, "/", attributes[i][0], attributes[i][1], error);
    if (status == STATUS_OK)
        status = run_describe_config(run, store, error);
    if (status == STATUS_OK)
        status = run_data_describe(run, store, error);
    if (status == STATUS_OK)
        status = provenance_write(store, error);
    return status;
}

size_t run_test_count(const struct run *run)
{
    size_t limit = (size_t)run->config.data.test_items;
    size_t total = is_validated(run) ? run->split.validation_count : run->dataset->test.count;
    return limit > 0 && limit < total ? limit : total;
}

enum status run_test_choose(const struct run *run, size_t count, struct test_items *items, struct error *error)
{
    bool validation = is_validated(run);
    *items = (struct test_items){.from = validation ? &run->dataset->train : &run->dataset->test};
    enum status status = subset_make(run_test_count(run), count, &items->index, &items->count, error);
    for (size_t i = 0; status == STATUS_OK && validation && i < items->count; i++)
        items->index[i] = run->split.validation[items->index[i]];
    return status;
}

enum status run_test_items(const struct run *run, size_t count, struct test_items *items, struct error *error)
{
    enum status status = run_test_choose(run, count, items, error);
    if (status != STATUS_OK)
        return status;
    items->x = memory_alloc(size_multiply(items->count, shape_size(items->from->shape)), sizeof(float), error);
    items->labels = memory_alloc(items->count, 1, error);
    if (!items->x || !items->labels) {
        test_items_free(items);
        return STATUS_NO_MEMORY;
    }
    items_gather(items->from, items->index, items->count, items->x, items->labels);
    return STATUS_OK;
}

/* The first train.validation_items of a part of the split (all of them for 0): the split is shuffled, so its first
 * items are as good as any. */
static enum status first_items(const struct run *run, const uint32_t *part, size_t count, struct test_items *items,
                               struct error *error)
{
    size_t wanted = (size_t)run->config.train.validation_items;
    const struct items *from = &run->dataset->train;
    *items = (struct test_items){.from = from, .count = wanted > 0 && wanted < count ? wanted : count};
    items->index = memory_alloc(items->count, sizeof *items->index, error);
    items->x = memory_alloc(items->count, shape_size(from->shape) * sizeof(float), error);
    items->labels = memory_alloc(items->count, 1, error);
    if (!items->index || !items->x || !items->labels) {
        test_items_free(items);
        return STATUS_NO_MEMORY;
    }
    if (items->count > 0) /* a split may have none: a benchmark's run validates nothing */
        memcpy(items->index, part, items->count * sizeof *part);
    items_gather(from, part, items->count, items->x, items->labels);
    return STATUS_OK;
}

enum status run_validation_items(const struct run *run, struct test_items *items, struct error *error)
{
    return first_items(run, run->split.validation, run->split.validation_count, items, error);
}

enum status run_fit_items(const struct run *run, struct test_items *items, struct error *error)
{
    return first_items(run, run->split.train, run->split.train_count, items, error);
}

void test_items_free(struct test_items *items)
{
    memory_free(items->index);
    memory_free(items->x);
    memory_free(items->labels);
    *items = (struct test_items){0};
}

enum status run_load_trained(const struct run *run, struct trained *trained, struct error *error)
{
    *trained = (struct trained){0};
    bool has;
    enum status status = run_has(run, "/posterior", run->train_identity, &has, error);
    if (status == STATUS_OK && !has)
        status = mismatch_explain(run, error);
    if (status != STATUS_OK)
        return status;
    struct posterior_start start = posterior_start_of(&run->config, run->method, run->seed);
    struct store *store = NULL;
    status = run_store_open(run->path, &store, error);
    if (status == STATUS_OK)
        status = checkpoint_check_size(store, &run->network, run->method, start.options, error);
    if (status == STATUS_OK)
        status = network_create(&run->network, EVALUATION_BATCH, 0, run->threads, &trained->network, error);
    if (status == STATUS_OK)
        status = posterior_create(trained->network, run->method, &start, run->threads, &trained->posterior, error);
    if (status == STATUS_OK)
        status = checkpoint_load_posterior(store, trained->posterior, error);
    store_close(store);
    if (status != STATUS_OK)
        trained_free(trained);
    return status;
}

void trained_free(struct trained *trained)
{
    posterior_free(trained->posterior);
    network_free(trained->network);
    *trained = (struct trained){0};
}

double trained_multiply_adds(const struct trained *trained, const float *keep)
{
    const struct posterior *posterior = trained->posterior;
    const size_t tensors = posterior->tensor_count / posterior->members;
    double sum = 0;
    for (size_t t = 0; t < posterior->tensor_count; t++) {
        const struct tensor *tensor = &posterior->tensors[t];
        double stays = 0;
        for (size_t i = tensor->offset; i < tensor->offset + tensor->count; i++)
            stays += keep ? (double)keep[i] : 1;
        sum += tensor_is_bias(tensor) ? 0 : stays * network_weight_uses(trained->network, t % tensors);
    }
    return sum;
}

struct row row_begin(const struct run *run, const char *table)
{
    struct row row = row_empty(table_find(table));
    row_text_if_there(&row, "dataset", run->kind->name);
    row_text_if_there(&row, "method", run->method->name);
    row_number_if_there(&row, "seed", (double)run->seed);
    row_text_if_there(&row, "run", run->name);
    return row;
}

/* The interval of a metric's mean. */
static bool is_metric_interval(const char *column)
{
    const char *end = strrchr(column, '_');
    size_t count;
    const struct metric *all = metrics(&count);
    for (size_t i = 0; i < count && end && (strcmp(end, "_low") == 0 || strcmp(end, "_high") == 0); i++) {
        const size_t length = strlen(all[i].name);
        if (all[i].kind == METRIC_MEAN && column + length == end && strncmp(column, all[i].name, length) == 0)
            return true;
    }
    return false;
}

/* Numbers that a row may lack: a threshold if nothing is removed, sigmas of a method without them, the interval of a
 * mean over one item, an area with no items to compare, channels that an image does not have, memory that the system
 * does not report. */
static bool may_be_empty(const struct table_kind *kind, const char *column)
{
    static const char *const columns[][2] = {{"train", "sigma_median"}, {"prune", "threshold"}, {"ood", "auroc"},
                                             {"filters", "weight2"},    {"filters", "weight3"}, {"summary", "peak_mib"},
                                             {"filters", "sigma"},      {"filters", "sigma2"},  {"filters", "sigma3"}};
    for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++) {
        if (strcmp(columns[i][0], kind->name) == 0 && strcmp(columns[i][1], column) == 0)
            return true;
    }
    return is_metric_interval(column);
}

enum status row_store(const struct row *row, struct table *table, struct error *error)
{
    for (size_t i = 0; i < row->kind->column_count; i++) {
        const struct table_column *column = &row->kind->columns[i];
        if (!column->unit || isfinite(row->cells[i].number) ||
            (isnan(row->cells[i].number) && may_be_empty(row->kind, column->name)))
            continue;
        return error_set(error, STATUS_NOT_FINITE, "%s of the table %s is not a finite number (%g)", column->name,
                         row->kind->name, row->cells[i].number);
    }
    return table_add(table, row->cells, error);
}

enum status row_metrics(struct row *row, const struct prediction *prediction, struct error *error)
{
    size_t count;
    const struct metric *all = metrics(&count);
    enum status status = STATUS_OK;
    for (size_t i = 0; i < count && status == STATUS_OK; i++) {
        struct interval interval;
        double value;
        char low[ROW_COLUMN_SIZE], high[ROW_COLUMN_SIZE];
        if (table_column_index(row->kind, all[i].name) == SIZE_MAX)
            continue;
        row_interval_names(all[i].name, low, high);
        if (table_column_index(row->kind, low) == SIZE_MAX) {
            row_number(row, all[i].name, metric_value(&all[i], prediction));
            continue;
        }
        status = metric_measure(&all[i], prediction, &value, &interval, error);
        if (status != STATUS_OK)
            break;
        row_number(row, all[i].name, value);
        row_number(row, low, interval.low);
        row_number(row, high, interval.high);
    }
    return status;
}

void row_accuracy_interval(struct row *row, double accuracy, size_t items)
{
    const struct interval interval = share_interval(accuracy, items);
    row_number(row, "accuracy_low", interval.low);
    row_number(row, "accuracy_high", interval.high);
}
