#include "run/kept.h"

#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>

#include "core/memory.h"

enum status kept_save_indices(struct store *store, const char *name, const uint32_t *index, size_t count,
                              struct error *error)
{
    double *exact = memory_alloc(count, sizeof *exact, error);
    if (!exact)
        return STATUS_NO_MEMORY;
    for (size_t i = 0; i < count; i++)
        exact[i] = index[i];
    enum status status = store_write_double(store, name, 1, &count, exact, error);
    memory_free(exact);
    return status;
}

/* What the samples say of each item, and how they differ. */
struct moments {
    float *std;                             /* [items][classes] */
    float *aleatoric, *sampled_nll, *votes; /* [items] */
};

static void item_moments(const struct prediction *prediction, size_t item, struct moments *moments)
{
    const size_t classes = prediction->classes, size = prediction->items * classes;
    size_t votes[UINT8_MAX + 1] = {0}, most = 0;
    double entropy = 0, nll = 0, squares[UINT8_MAX + 1] = {0};
    for (size_t s = 0; s < prediction->samples; s++) {
        const float *p = prediction->sampled + s * size + item * classes;
        size_t vote = probability_largest(p, classes);
        double own = (double)p[prediction->labels[item]];
        entropy += entropy_of(p, classes);
        nll -= log(own < (double)FLT_MIN ? (double)FLT_MIN : own); /* bounded as metric_nll is */
        votes[vote]++;
        most = votes[vote] > most ? votes[vote] : most;
        for (size_t k = 0; k < classes; k++) {
            double off = (double)p[k] - (double)prediction->mean[item * classes + k];
            squares[k] += off * off;
        }
    }
    const double samples = (double)prediction->samples;
    moments->aleatoric[item] = (float)(entropy / samples);
    moments->sampled_nll[item] = (float)(nll / samples);
    moments->votes[item] = (float)most;
    for (size_t k = 0; k < classes; k++)
        moments->std[item * classes + k] = (float)sqrt(squares[k] / samples);
}

static enum status moments_make(const struct prediction *prediction, struct moments *moments, struct error *error)
{
    const size_t items = prediction->items;
    *moments = (struct moments){.std = memory_alloc(items * prediction->classes, sizeof(float), error),
                                .aleatoric = memory_alloc(items, sizeof(float), error),
                                .sampled_nll = memory_alloc(items, sizeof(float), error),
                                .votes = memory_alloc(items, sizeof(float), error)};
    if (!moments->std || !moments->aleatoric || !moments->sampled_nll || !moments->votes)
        return STATUS_NO_MEMORY;
    for (size_t i = 0; i < items; i++)
        item_moments(prediction, i, moments);
    return STATUS_OK;
}

static void moments_free(struct moments *moments)
{
    memory_free(moments->std);
    memory_free(moments->aleatoric);
    memory_free(moments->sampled_nll);
    memory_free(moments->votes);
}

static enum status arrays_save(struct store *store, const char *object, const struct test_items *items,
                               const struct prediction *prediction, const struct moments *moments, struct error *error)
{
    const struct {
        const char *member;
        const float *values;
        size_t rank;
    } arrays[] = {{"probability", prediction->mean, 2},
                  {"std", moments->std, 2},
                  {"aleatoric", moments->aleatoric, 1},
                  {"sampled_nll", moments->sampled_nll, 1},
                  {"votes", moments->votes, 1}};
    const size_t shape[2] = {prediction->items, prediction->classes};
    char name[STORE_NAME_SIZE];
    enum status status = STATUS_OK;
    for (size_t i = 0; i < sizeof arrays / sizeof arrays[0] && status == STATUS_OK; i++) {
        (void)snprintf(name, sizeof name, "%s/%s", object, arrays[i].member);
        status = store_write_float(store, name, arrays[i].rank, shape, arrays[i].values, error);
    }
    (void)snprintf(name, sizeof name, "%s/label", object);
    if (status == STATUS_OK)
        status = store_write_bytes(store, name, 1, shape, items->labels, error);
    (void)snprintf(name, sizeof name, "%s/items", object);
    if (status == STATUS_OK)
        status = kept_save_indices(store, name, items->index, items->count, error);
    if (status == STATUS_OK)
        status = store_set_number(store, object, "samples", (double)prediction->samples, error);
    return status;
}

enum status kept_save(struct store *store, const char *object, const struct test_items *items,
                      const struct prediction *prediction, struct error *error)
{
    struct moments moments;
    enum status status = moments_make(prediction, &moments, error);
    if (status == STATUS_OK)
        status = arrays_save(store, object, items, prediction, &moments, error);
    moments_free(&moments);
    return status;
}

enum status kept_load(struct store *store, const char *object, const char *member, size_t items, double **values,
                      struct error *error)
{
    char name[STORE_NAME_SIZE];
    bool there;
    *values = NULL;
    (void)snprintf(name, sizeof name, "%s/%s", object, member);
    enum status status = store_find(store, name, &there, error);
    if (!there)
        return status;
    float *stored = memory_alloc(items, sizeof *stored, error);
    *values = memory_alloc(items, sizeof **values, error);
    status = stored && *values ? store_read_float(store, name, items, stored, error) : STATUS_NO_MEMORY;
    for (size_t i = 0; i < items && status == STATUS_OK; i++) {
        if (!isfinite(stored[i]) || stored[i] < 0)
            status = error_set(error, STATUS_DATA, "%s: %s[%zu] is %g; " STORE_REMEDY_CHANGED, store_path(store), name,
                               i, (double)stored[i]);
        (*values)[i] = (double)stored[i];
    }
    memory_free(stored);
    if (status != STATUS_OK) {
        memory_free(*values);
        *values = NULL;
    }
    return status;
}
