#include "run/run_file.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/memory.h"
#include "run/checkpoint.h"
#include "run/run_data.h"
#include "run/run_store.h"

void run_base_name(const char *run, char base[RUN_NAME_SIZE])
{
    (void)snprintf(base, RUN_NAME_SIZE, "%s", run);
    for (char *seed = strstr(base, "_seed"); seed; seed = strstr(seed + 1, "_seed")) {
        if (strspn(seed + 5, "0123456789") == strlen(seed + 5)) {
            *seed = '\0';
            break;
        }
    }
}

enum { LABELS = UINT8_MAX + 1 }; /* a label is a byte */

/* The whole text must be the number, as run_describe wrote it. */
static enum status seed_read(const char *text, const char *path, uint64_t *seed, struct error *error)
{
    errno = 0;
    unsigned long long value = strtoull(text, NULL, 10);
    if (text[0] == '\0' || strspn(text, "0123456789") != strlen(text) || errno != 0)
        return error_set(error, STATUS_DATA, "%s: /: attribute seed is not a whole number; " STORE_REMEDY_CHANGED,
                         path);
    *seed = value;
    return STATUS_OK;
}

enum status run_file_open(const char *path, struct run_file *file, struct error *error)
{
    *file = (struct run_file){0};
    char *seed = NULL;
    struct {
        const char *object, *key;
        char **text;
    } texts[] = {{"/", "run", &file->run},
                 {"/", "dataset", &file->dataset},
                 {"/", "method", &file->method},
                 {"/", "data_source", &file->data_source},
                 {"/data", "identity", &file->data_identity},
                 {"/", "seed", &seed}};
    enum status status = run_store_open(path, &file->store, error);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0] && status == STATUS_OK; i++)
        status = store_get_text(file->store, texts[i].object, texts[i].key, texts[i].text, error);
    if (status == STATUS_OK)
        status = seed_read(seed, path, &file->seed, error);
    if (status == STATUS_OK)
        status = run_data_read(file->store, file->dataset, &file->own, error);
    if (status == STATUS_OK) {
        run_base_name(file->run, file->base);
        file->kind = file->own ? file->own : dataset_find(file->dataset, NULL);
    }
    memory_free(seed);
    return status;
}

void run_file_close(struct run_file *file)
{
    memory_free(file->run);
    memory_free(file->dataset);
    memory_free(file->method);
    memory_free(file->data_source);
    memory_free(file->data_identity);
    memory_free(file->own);
    store_close(file->store);
    *file = (struct run_file){0};
}

enum status run_file_source(const struct run_file *file, struct config_source **source, struct error *error)
{
    char *text = NULL;
    *source = NULL;
    enum status status = store_get_text(file->store, "/config", "text", &text, error);
    if (status == STATUS_OK)
        status = config_read_text(text, store_path(file->store), NULL, source, error);
    memory_free(text);
    return status;
}

enum status run_file_config(const struct run_file *file, struct config *config, struct error *error)
{
    struct config_source *source;
    char label[CONFIG_LABEL_SIZE];
    enum status status = run_file_source(file, &source, error);
    if (status == STATUS_OK)
        status = config_cell(source, 0, config, label, error);
    config_free(source);
    return status;
}

enum status run_file_sections(const struct run_file *file, const char *sections, char **text, struct error *error)
{
    struct config config;
    bool there;
    *text = NULL;
    enum status status = store_find(file->store, "/config", &there, error);
    if (!there)
        return status;
    status = run_file_config(file, &config, error);
    if (status == STATUS_OK)
        *text = config_section_text(&config, sections, error);
    return status == STATUS_OK && !*text ? STATUS_NO_MEMORY : status;
}

enum status run_file_trained(const struct run_file *file, struct config *config, struct trained *trained, bool *there,
                             struct error *error)
{
    enum status status = store_find(file->store, "/posterior", there, error);
    if (!*there)
        return status;
    status = run_file_config(file, config, error);
    if (status != STATUS_OK)
        return status;
    const struct method *method = method_find(config->posterior.method, error);
    const struct dataset_kind *kind = file->own ? file->own : dataset_find(config->data.dataset, error);
    if (!method || !kind)
        return STATUS_USAGE;
    struct network_spec spec;
    struct posterior_start start = posterior_start_of(config, method, file->seed);
    status = network_spec_of(config, kind, &spec, error);
    if (status == STATUS_OK)
        status = checkpoint_check_size(file->store, &spec, method, start.options, error);
    if (status == STATUS_OK)
        status = network_create(&spec, 1, 0, 1, &trained->network, error);
    if (status == STATUS_OK)
        status = posterior_create(trained->network, method, &start, 1, &trained->posterior, error);
    if (status == STATUS_OK)
        status = checkpoint_load_posterior(file->store, trained->posterior, error);
    if (status != STATUS_OK)
        trained_free(trained);
    return status;
}

struct row run_file_row(const struct run_file *file, const struct table_kind *kind)
{
    struct row row = row_empty(kind);
    row_text_if_there(&row, "dataset", file->dataset);
    row_text_if_there(&row, "method", file->method);
    row_number_if_there(&row, "seed", (double)file->seed);
    row_text_if_there(&row, "run", file->run);
    return row;
}

/* The array's extents; samples are 1 if the rank has none. */
static enum status stored_extents(const struct run_file *file, const char *object, struct stored *stored,
                                  size_t *samples, struct error *error)
{
    size_t rank, shape[STORE_RANK_MAX];
    enum status status = store_shape(file->store, object, &rank, shape, error);
    if (status != STATUS_OK)
        return status;
    size_t least = rank < 2 ? 0 : 1;
    for (size_t d = 0; d < rank; d++)
        least = shape[d] < least ? shape[d] : least;
    if (least == 0 || shape[rank - 1] > LABELS)
        return error_set(error, STATUS_DATA, "%s: %s is not an array of probabilities; " STORE_REMEDY_CHANGED,
                         store_path(file->store), object);
    *stored = (struct stored){.slices = rank > 2 ? shape[0] : 1, .items = shape[rank - 2], .classes = shape[rank - 1]};
    *samples = rank > 3 ? shape[1] : 1;
    return STATUS_OK;
}

/* Bins are chosen by probabilities, so none may be trusted unchecked. Older versions stored some that are NaN. */
enum status stored_check(const struct store *store, const char *name, const float *all, size_t count,
                         struct error *error)
{
    const float most = 1 + 1e-3F; /* rounding of sums */
    for (size_t i = 0; i < count; i++) {
        if (all[i] < 0 || all[i] > most)
            return error_set(error, STATUS_DATA, "%s: %s[%zu] is %g, which is not a probability; " STORE_REMEDY_CHANGED,
                             store_path(store), name, i, (double)all[i]);
    }
    return STATUS_OK;
}

/* Labels index probabilities, so none may be trusted unchecked. */
static enum status check_labels(const struct run_file *file, const char *labels, const struct stored *stored,
                                struct error *error)
{
    for (size_t i = 0; i < stored->items; i++) {
        if (stored->labels[i] >= stored->classes)
            return error_set(error, STATUS_DATA, "%s: %s[%zu] is %u, of %zu classes; " STORE_REMEDY_CHANGED,
                             store_path(file->store), labels, i, (unsigned int)stored->labels[i], stored->classes);
    }
    return STATUS_OK;
}

/* From all the samples, [slices][samples][items][classes], which are averaged. */
static void stored_average(struct kept *kept, const uint8_t *labels, size_t samples,
                           float *all) /* NOLINT(readability-non-const-parameter): a prediction's member is not const */
{
    const size_t size = kept->items * kept->classes;
    for (size_t slice = 0; slice < kept->slices; slice++) {
        struct prediction prediction = {.samples = samples,
                                        .items = kept->items,
                                        .classes = kept->classes,
                                        .sampled = all + slice * samples * size,
                                        .mean = kept->probability + slice * size,
                                        .labels = labels};
        prediction_average(&prediction);
        kept_set(kept, slice, &prediction);
    }
}

/* An array of what is kept, into `values` [count]; *there is false if the file has none. */
static enum status member_read(const struct run_file *file, const char *object, const char *member, size_t count,
                               float *values, bool *there, struct error *error)
{
    char name[STORE_NAME_SIZE];
    (void)snprintf(name, sizeof name, "%s/%s", object, member);
    enum status status = store_find(file->store, name, there, error);
    if (!*there)
        return status;
    status = store_read_float(file->store, name, count, values, error);
    for (size_t i = 0; i < count && status == STATUS_OK; i++) {
        if (!isfinite(values[i]) || values[i] < 0)
            status = error_set(error, STATUS_DATA, "%s: %s[%zu] is %g; " STORE_REMEDY_CHANGED, store_path(file->store),
                               name, i, (double)values[i]);
    }
    return status;
}

/* What is kept besides the mean: all of it, or *there is false. */
static enum status members_read(const struct run_file *file, const char *object, struct kept *kept, bool *there,
                                struct error *error)
{
    const size_t rows = kept->slices * kept->items;
    const struct {
        const char *name;
        float *values;
        size_t count;
    } members[] = {{"std", kept->std, rows * kept->classes},
                   {"aleatoric", kept->aleatoric, rows},
                   {"sampled_nll", kept->sampled_nll, rows},
                   {"disagreement", kept->disagreement, rows}};
    enum status status = STATUS_OK;
    *there = true;
    for (size_t i = 0; i < sizeof members / sizeof members[0] && status == STATUS_OK && *there; i++)
        status = member_read(file, object, members[i].name, members[i].count, members[i].values, there, error);
    return status;
}

static enum status labels_read(const struct run_file *file, const char *object, struct stored *stored,
                               struct error *error)
{
    char labels[STORE_NAME_SIZE];
    bool there;
    (void)snprintf(labels, sizeof labels, "%s/label", object);
    enum status status = store_find(file->store, labels, &there, error);
    if (!there)
        (void)snprintf(labels, sizeof labels, "%s/labels", object);
    stored->labels = memory_alloc(stored->items, 1, error);
    if (!stored->labels)
        return STATUS_NO_MEMORY;
    if (status == STATUS_OK)
        status = store_read_bytes(file->store, labels, stored->items, stored->labels, error);
    return status == STATUS_OK ? check_labels(file, labels, stored, error) : status;
}

/* With the extents known. *beside: how the samples differ is known too. */
static enum status stored_read(const struct run_file *file, const char *object, size_t samples, struct stored *stored,
                               struct kept *kept, bool *beside, struct error *error)
{
    char name[STORE_NAME_SIZE];
    const size_t size = size_multiply(stored->slices, size_multiply(stored->items, stored->classes));
    const size_t count = size_multiply(size, samples);
    (void)snprintf(name, sizeof name, "%s/probability", object);
    float *all = memory_alloc(count, sizeof *all, error);
    enum status status = all ? labels_read(file, object, stored, error) : STATUS_NO_MEMORY;
    if (status == STATUS_OK)
        status = store_read_float(file->store, name, count, all, error);
    if (status == STATUS_OK)
        status = stored_check(file->store, name, all, count, error);
    if (status == STATUS_OK)
        status = kept_alloc(stored->slices, stored->items, stored->classes, kept, error);
    if (status == STATUS_OK && !*beside)
        status = members_read(file, object, kept, beside, error);
    else if (status == STATUS_OK)
        stored_average(kept, stored->labels, samples, all);
    if (status == STATUS_OK && samples == 1)
        memcpy(kept->probability, all, size * sizeof *all);
    memory_free(all);
    return status;
}

enum status run_file_stored(const struct run_file *file, const char *object, struct stored *stored, struct error *error)
{
    size_t samples = 0, rank, shape[STORE_RANK_MAX];
    char name[STORE_NAME_SIZE];
    struct kept kept = {0};
    *stored = (struct stored){0};
    (void)snprintf(name, sizeof name, "%s/probability", object);
    enum status status = stored_extents(file, name, stored, &samples, error);
    if (status == STATUS_OK)
        status = store_shape(file->store, name, &rank, shape, error);
    if (status != STATUS_OK)
        return status;
    bool beside = rank > 3; /* the samples are there */
    status = stored_read(file, object, samples, stored, &kept, &beside, error);
    if (status == STATUS_OK) {
        stored->mean = kept.probability;
        kept.probability = NULL;
    }
    if (status == STATUS_OK && beside) {
        stored->std = kept.std;
        stored->aleatoric = kept.aleatoric;
        stored->sampled_nll = kept.sampled_nll;
        stored->disagreement = kept.disagreement;
        return STATUS_OK;
    }
    kept_free(&kept);
    if (status != STATUS_OK)
        stored_free(stored);
    return status;
}

enum status run_file_stored_if_there(const struct run_file *file, const char *object, struct stored *stored,
                                     bool *there, struct error *error)
{
    *stored = (struct stored){0};
    enum status status = store_find(file->store, object, there, error);
    return *there ? run_file_stored(file, object, stored, error) : status;
}

static int by_size(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

enum status run_file_pruned(const struct run_file *file, double **fractions, size_t *count, struct error *error)
{
    char **names = NULL;
    size_t members = 0;
    bool there;
    *fractions = NULL;
    *count = 0;
    enum status status = store_find(file->store, "/pruned", &there, error);
    if (!there)
        return status;
    status = store_members(file->store, "/pruned", &names, &members, error);
    *fractions = status == STATUS_OK ? memory_alloc(members, sizeof **fractions, error) : NULL;
    if (status == STATUS_OK && !*fractions)
        status = STATUS_NO_MEMORY;
    for (size_t i = 0; i < members && status == STATUS_OK; i++) {
        char *end = NULL;
        double value = strtod(names[i], &end);
        if (end != names[i] && *end == '\0' && value > 0 && value <= 1) /* other programs may have added others */
            (*fractions)[(*count)++] = value;
    }
    if (*count > 0)
        qsort(*fractions, *count, sizeof **fractions, by_size);
    memory_free(names);
    return status;
}

void stored_free(struct stored *stored)
{
    memory_free(stored->mean);
    memory_free(stored->std);
    memory_free(stored->aleatoric);
    memory_free(stored->sampled_nll);
    memory_free(stored->disagreement);
    memory_free(stored->labels);
    *stored = (struct stored){0};
}

struct prediction stored_slice(const struct stored *stored, size_t slice)
{
    const size_t first = slice * stored->items, size = first * stored->classes;
    return (struct prediction){.samples = 1,
                               .items = stored->items,
                               .classes = stored->classes,
                               .mean = stored->mean + size,
                               .labels = stored->labels,
                               .std = stored->std ? stored->std + size : NULL,
                               .aleatoric = stored->aleatoric ? stored->aleatoric + first : NULL,
                               .disagreement = stored->disagreement ? stored->disagreement + first : NULL};
}
