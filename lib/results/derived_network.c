/* lib/results/derived_network.c: a part of a trained network small enough to be drawn edge by edge. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bayes/pruning.h"
#include "core/memory.h"
#include "core/size.h"
#include "results/derived.h"

derive_fn derive_network;

/* At most this many units of a level are shown, in their order: the one that keeps the fewest weights, and of the rest
 * those that keep the most (ties: the first). Of an image's filters, whose kernels are drawn as they are: the one that
 * keeps closest to half of its weights. Inputs and classes are all shown. */
enum { UNITS_SHOWN = 3, LEVELS_MAX = 16, CLASSES_SHOWN = 16, INPUTS_SHOWN = 12 };
static const double PRUNED_FRACTION = .9; /* the talk's: 10 % of the weights stay */

/* A layer's weights are a matrix [inputs][outputs]: for a convolution the taps of its kernel, channel by channel. */
struct drawn {
    const struct tensor *layer[LEVELS_MAX]; /* [layers] */
    size_t layers;
    size_t *units[LEVELS_MAX + 1]; /* [layers + 1][count] those shown, ascending; level 0: the inputs */
    size_t count[LEVELS_MAX + 1];
};

static size_t outputs_of(const struct tensor *tensor)
{
    return tensor->shape[tensor->rank - 1];
}

static size_t inputs_of(const struct tensor *tensor)
{
    return tensor->count / outputs_of(tensor);
}

/* The layers that are drawn: all if each sees only the units of the one before it, as on moons; else the first. */
static void layers_choose(const struct posterior *posterior, struct drawn *drawn)
{
    const struct tensor *last = NULL; /* of those that are drawn */
    bool whole = true;
    for (size_t t = 0; t < posterior->tensor_count; t++) {
        const struct tensor *tensor = &posterior->tensors[t];
        if (tensor_is_bias(tensor))
            continue;
        whole = whole && (!last || inputs_of(tensor) == outputs_of(last)) && drawn->layers < LEVELS_MAX;
        if (drawn->layers == LEVELS_MAX)
            continue;
        drawn->layer[drawn->layers++] = tensor;
        last = tensor;
    }
    if (last && (!whole || outputs_of(last) > CLASSES_SHOWN))
        drawn->layers = 1;
}

/* How many weights of each unit of a level stay: those into it and, if drawn, those out of it. */
static void count_staying(const struct drawn *drawn, size_t level, const float *keep, size_t *staying)
{
    const struct tensor *into = drawn->layer[level - 1];
    size_t units = outputs_of(into);
    for (size_t i = 0; i < into->count; i++)
        staying[i % units] += keep[into->offset + i] != 0;
    if (level == drawn->layers)
        return;
    const struct tensor *out = drawn->layer[level];
    for (size_t i = 0; i < out->count; i++)
        staying[i / outputs_of(out)] += keep[out->offset + i] != 0;
}

static void choose_nearest_to_half(const size_t *staying, size_t units, size_t inputs, size_t *chosen)
{
    *chosen = 0;
    for (size_t u = 1; u < units; u++) {
        if (llabs((long long)(2 * staying[u]) - (long long)inputs) <
            llabs((long long)(2 * staying[*chosen]) - (long long)inputs))
            *chosen = u;
    }
}

/* units [at least UNITS_SHOWN]; returns how many. */
static size_t choose_units(const size_t *staying, size_t units, size_t *chosen)
{
    size_t fewest = 0, count = 0;
    for (size_t u = 1; u < units; u++)
        fewest = staying[u] < staying[fewest] ? u : fewest;
    for (size_t u = 0; u < units; u++) {
        size_t before = 0; /* units that are taken first */
        for (size_t v = 0; v < units; v++)
            before += v != fewest && v != u && (v < u ? staying[v] >= staying[u] : staying[v] > staying[u]);
        if (u == fewest || before < UNITS_SHOWN - 1)
            chosen[count++] = u;
    }
    return count;
}

static enum status level_choose(struct drawn *drawn, size_t level, const float *keep, struct error *error)
{
    const struct tensor *beside = drawn->layer[level > 0 ? level - 1 : 0];
    size_t units = level > 0 ? outputs_of(beside) : inputs_of(beside);
    size_t *chosen = memory_alloc(units, 2 * sizeof *chosen, error);
    if (!chosen)
        return STATUS_NO_MEMORY;
    size_t *staying = chosen + units;
    drawn->units[level] = chosen;
    drawn->count[level] = units;
    bool is_end = level == 0 || (level == drawn->layers && drawn->layers > 1);
    for (size_t u = 0; u < units; u++)
        chosen[u] = u;
    const bool has_cells = tensor_is_kernels(beside) && beside->shape[1] > 1; /* inputs are then drawn as pixels */
    if (level == 0 && !has_cells && units > INPUTS_SHOWN) { /* circles, of which only so many can be told apart */
        for (size_t i = 0; i < INPUTS_SHOWN; i++)
            chosen[i] = part_of(units, i, INPUTS_SHOWN).first;
        drawn->count[level] = INPUTS_SHOWN;
    }
    if (is_end)
        return STATUS_OK;
    count_staying(drawn, level, keep, staying);
    if (has_cells)
        choose_nearest_to_half(staying, units, inputs_of(beside), chosen);
    drawn->count[level] = has_cells ? 1 : choose_units(staying, units, chosen);
    return STATUS_OK;
}

static enum status edge_add(const struct run_file *file, const struct drawn *drawn, size_t layer, size_t from,
                            size_t to, const struct ranking *ranking, const float *sigma, const float *keep,
                            struct table *rows, struct error *error)
{
    const struct tensor *tensor = drawn->layer[layer];
    size_t input = drawn->units[layer][from], output = drawn->units[layer + 1][to];
    size_t place = tensor->offset + input * outputs_of(tensor) + output;
    struct row row = run_file_row(file, table_kind_of(rows));
    row_text(&row, "layer", tensor->layer_name);
    row_number(&row, "level", (double)layer);
    row_number(&row, "from_unit", (double)input);
    row_number(&row, "to_unit", (double)output);
    row_number(&row, "from_place", (double)from);
    row_number(&row, "to_place", (double)to);
    if (layer == 0 && tensor_is_kernels(tensor)) { /* where in the kernel: [height][width][channels] */
        size_t channels = tensor->shape[2], line = input / channels / tensor->shape[1];
        row_number(&row, "row", (double)line);
        row_number(&row, "column", (double)(input / channels % tensor->shape[1]));
        row_number(&row, "channel", (double)(input % channels));
    }
    row_number(&row, "mu", (double)ranking->posterior->mu[place]);
    row_number(&row, "sigma", (double)sigma[place]);
    row_number(&row, "stays", keep[place] != 0);
    row_text(&row, "criterion", ranking->criterion->name);
    row_number(&row, "fraction", PRUNED_FRACTION);
    row_number(&row, "units", (double)outputs_of(tensor));
    return table_add(rows, row.cells, error);
}

static enum status edges_add(const struct run_file *file, const struct ranking *ranking, const float *sigma,
                             const float *keep, struct table *rows, struct error *error)
{
    struct drawn drawn = {0};
    enum status status = STATUS_OK;
    layers_choose(ranking->posterior, &drawn);
    if (drawn.layers == 0)
        return STATUS_OK;
    for (size_t level = 0; level <= drawn.layers && status == STATUS_OK; level++)
        status = level_choose(&drawn, level, keep, error);
    for (size_t layer = 0; layer < drawn.layers; layer++) {
        size_t edges = status == STATUS_OK ? drawn.count[layer] * drawn.count[layer + 1] : 0;
        for (size_t i = 0; i < edges && status == STATUS_OK; i++)
            status = edge_add(file, &drawn, layer, i / drawn.count[layer + 1], i % drawn.count[layer + 1], ranking,
                              sigma, keep, rows, error);
    }
    for (size_t level = 0; level <= LEVELS_MAX; level++)
        memory_free(drawn.units[level]);
    return status;
}

static enum status network_add(const struct run_file *file, const struct trained *trained, const struct config *config,
                               const float *sigma, struct table *rows, struct error *error)
{
    const struct posterior *posterior = trained->posterior;
    struct ranking ranking = {0};
    float *keep = memory_alloc(posterior->size, sizeof *keep, error);
    if (!keep)
        return STATUS_NO_MEMORY;
    const struct pruning_rule rule = pruning_rule_of(config, criterion_usual(posterior->method), file->seed);
    enum status status = ranking_make(posterior, &rule, &ranking, error);
    if (status == STATUS_OK) {
        ranking_keep(&ranking, ranking_removed_by_fraction(&ranking, PRUNED_FRACTION), keep);
        status = edges_add(file, &ranking, sigma, keep, rows, error);
    }
    ranking_free(&ranking);
    memory_free(keep);
    return status;
}

enum status derive_network(const struct run_file *file, struct table *rows, struct error *error)
{
    return derived_of_sigma(file, network_add, rows, error);
}
