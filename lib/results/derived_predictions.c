/* lib/results/derived_predictions.c: tables of stored probabilities: is the network right as often as it says, what
 * does it gain by referring its least certain items to someone else, and is it less certain of what it gets wrong, or
 * has never seen? */
#include <math.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#include "core/memory.h"
#include "core/stats.h"
#include "results/derived.h"
#include "run/part.h"

derive_fn derive_reliability, derive_rejection, derive_confusion, derive_entropy_histogram;

enum { REJECTION_POINTS = 20, ENTROPY_BINS = 25 };

/* An item of a prediction. */
struct judged {
    double entropy;
    size_t item;
    bool right;
};

static int by_entropy(const void *a, const void *b)
{
    const struct judged *x = a, *y = b;
    if (x->entropy < y->entropy || x->entropy > y->entropy)
        return x->entropy < y->entropy ? -1 : 1;
    return x->item < y->item ? -1 : x->item > y->item;
}

/* The items of a prediction from the most certain to the least; NULL without memory. The caller frees it. */
static struct judged *judge(const struct prediction *prediction, struct error *error)
{
    struct judged *items = memory_alloc(prediction->items, sizeof *items, error);
    for (size_t i = 0; items && i < prediction->items; i++) {
        items[i].entropy = entropy_of(prediction->mean + i * prediction->classes, prediction->classes);
        items[i].item = i;
        items[i].right = prediction_class(prediction, i) == prediction->labels[i];
    }
    if (items)
        qsort(items, prediction->items, sizeof *items, by_entropy);
    return items;
}

/* Makes rows of the predictions for test items. */
typedef enum status rows_fn(const struct run_file *file, const struct prediction *test, struct table *rows,
                            struct error *error);

static enum status rows_of_test(const struct run_file *file, rows_fn *add, struct table *rows, struct error *error)
{
    struct stored stored;
    bool there;
    enum status status = store_find(file->store, "/test", &there, error);
    if (!there)
        return status;
    status = run_file_stored(file, "/test", &stored, error);
    if (status != STATUS_OK)
        return status;
    struct prediction test = stored_slice(&stored, 0);
    status = add(file, &test, rows, error);
    stored_free(&stored);
    return status;
}

/* ---- reliability: the bins of the expected calibration error ---- */

static enum status add_bin(const struct run_file *file, struct table *rows, size_t bin, double confidence, size_t right,
                           size_t count, struct error *error)
{
    struct row row = run_file_row(file, table_kind_of(rows));
    row_number(&row, "bin", ((double)bin + .5) / ECE_BINS);
    row_number(&row, "items", (double)count);
    if (count > 0) {
        row_number(&row, "confidence", confidence / (double)count);
        row_number(&row, "accuracy", (double)right / (double)count);
        row_accuracy_interval(&row, (double)right / (double)count, count);
    }
    return table_add(rows, row.cells, error);
}

static enum status add_reliability(const struct run_file *file, const struct prediction *test, struct table *rows,
                                   struct error *error)
{
    double confidence[ECE_BINS] = {0};
    size_t right[ECE_BINS] = {0}, count[ECE_BINS] = {0};
    enum status status = STATUS_OK;
    for (size_t i = 0; i < test->items; i++) {
        size_t k = prediction_class(test, i);
        double p = (double)test->mean[i * test->classes + k];
        if (isnan(p)) /* belongs to no bin */
            continue;
        size_t bin = (size_t)(p * ECE_BINS) < ECE_BINS ? (size_t)(p * ECE_BINS) : ECE_BINS - 1;
        confidence[bin] += p;
        right[bin] += k == test->labels[i];
        count[bin]++;
    }
    for (size_t bin = 0; bin < ECE_BINS && status == STATUS_OK; bin++)
        status = add_bin(file, rows, bin, confidence[bin], right[bin], count[bin], error);
    return status;
}

enum status derive_reliability(const struct run_file *file, struct table *rows, struct error *error)
{
    return rows_of_test(file, add_reliability, rows, error);
}

/* ---- rejection ---- */

static double rejection_area(const struct judged *items, size_t count)
{
    double sum = 0;
    size_t right = 0;
    for (size_t k = 0; k < count; k++) {
        right += items[k].right;
        sum += (double)right / (double)(k + 1);
    }
    return sum / (double)count;
}

enum status prediction_rejection_area(const struct prediction *prediction, double *area, struct error *error)
{
    struct judged *items = judge(prediction, error);
    *area = items ? rejection_area(items, prediction->items) : NAN;
    memory_free(items);
    return items ? STATUS_OK : STATUS_NO_MEMORY;
}

static enum status add_rejection(const struct run_file *file, const struct judged *items, size_t count, size_t point,
                                 double area, struct table *rows, struct error *error)
{
    double fraction = (double)point / REJECTION_POINTS;
    size_t kept = count - (size_t)(fraction * (double)count), right = 0;
    for (size_t i = 0; i < kept; i++)
        right += items[i].right;
    struct row row = run_file_row(file, table_kind_of(rows));
    row_number(&row, "fraction", fraction);
    row_number(&row, "accuracy", (double)right / (double)kept);
    row_accuracy_interval(&row, (double)right / (double)kept, kept);
    row_number(&row, "area", area);
    row_number(&row, "items", (double)kept);
    return table_add(rows, row.cells, error);
}

static enum status add_rejections(const struct run_file *file, const struct prediction *test, struct table *rows,
                                  struct error *error)
{
    struct judged *items = judge(test, error);
    if (!items)
        return STATUS_NO_MEMORY;
    double area = rejection_area(items, test->items);
    enum status status = STATUS_OK;
    for (size_t point = 0; point < REJECTION_POINTS && status == STATUS_OK; point++)
        status = add_rejection(file, items, test->items, point, area, rows, error);
    memory_free(items);
    return status;
}

enum status derive_rejection(const struct run_file *file, struct table *rows, struct error *error)
{
    return rows_of_test(file, add_rejections, rows, error);
}

/* ---- confusion ---- */

/* The items of class `label`, from the counts of classes they are taken for. */
static enum status add_class(const struct run_file *file, size_t label, const size_t *taken, size_t classes,
                             struct table *rows, struct error *error)
{
    const struct dataset_kind *kind = file->kind ? file->kind : dataset_find(file->dataset, error);
    enum status status = kind ? STATUS_OK : STATUS_UNSUPPORTED;
    char label_name[DATASET_CLASS_SIZE], predicted_name[DATASET_CLASS_SIZE];
    size_t items = 0;
    for (size_t k = 0; k < classes; k++)
        items += taken[k];
    for (size_t k = 0; k < classes && status == STATUS_OK; k++) {
        struct row row = run_file_row(file, table_kind_of(rows));
        row_number(&row, "label", (double)label);
        row_number(&row, "predicted", (double)k);
        row_number(&row, "items", (double)taken[k]);
        if (items > 0)
            row_number(&row, "share", (double)taken[k] / (double)items);
        row_text(&row, "label_name", dataset_class_name(kind, label, label_name));
        row_text(&row, "predicted_name", dataset_class_name(kind, k, predicted_name));
        status = table_add(rows, row.cells, error);
    }
    return status;
}

/* taken [classes][classes]: how many items of each class are taken for each. */
static void count_taken(const struct prediction *test, size_t *taken)
{
    for (size_t i = 0; i < test->items; i++)
        taken[test->labels[i] * test->classes + prediction_class(test, i)]++;
}

static enum status add_confusion(const struct run_file *file, const struct prediction *test, struct table *rows,
                                 struct error *error)
{
    const size_t classes = test->classes;
    size_t *taken = memory_alloc(classes * classes, sizeof *taken, error);
    if (!taken)
        return STATUS_NO_MEMORY;
    count_taken(test, taken);
    enum status status = STATUS_OK;
    for (size_t label = 0; label < classes && status == STATUS_OK; label++)
        status = add_class(file, label, taken + label * classes, classes, rows, error);
    memory_free(taken);
    return status;
}

enum status derive_confusion(const struct run_file *file, struct table *rows, struct error *error)
{
    return rows_of_test(file, add_confusion, rows, error);
}

/* ---- entropy histograms ---- */

/* Entropies of one kind of items. */
struct entropies {
    const char *kind;
    double *value; /* [count] */
    size_t count;
    size_t classes;
};

/* One histogram. auroc: how often an item of the kind has more entropy than one that it is compared with: an item of no
 * class with a test item (prediction_auroc), a wrong test item with a right one. NaN if it says nothing. */
static enum status add_histogram(const struct run_file *file, const struct entropies *of, double auroc,
                                 struct table *rows, struct error *error)
{
    double most = log((double)of->classes);
    size_t bins[ENTROPY_BINS] = {0};
    enum status status = STATUS_OK;
    for (size_t i = 0; i < of->count; i++) {
        if (isnan(of->value[i])) /* belongs to no bin */
            continue;
        size_t bin = (size_t)fmax(0, of->value[i] / most * ENTROPY_BINS);
        bins[bin < ENTROPY_BINS ? bin : ENTROPY_BINS - 1]++;
    }
    for (size_t bin = 0; bin < ENTROPY_BINS && status == STATUS_OK; bin++) {
        struct row row = run_file_row(file, table_kind_of(rows));
        row_text(&row, "items", of->kind);
        row_number(&row, "entropy", most * ((double)bin + .5) / ENTROPY_BINS);
        row_number(&row, "count", (double)of->count);
        row_number(&row, "auroc", auroc);
        if (of->count > 0)
            row_number(&row, "share", (double)bins[bin] / (double)of->count);
        status = table_add(rows, row.cells, error);
    }
    return status;
}

/* Test items, split into those that are right (first) and those that are wrong. values: room for all of them. */
static void split_test(const struct prediction *test, double *values, struct entropies kinds[2])
{
    size_t right = 0, wrong = test->items;
    for (size_t i = 0; i < test->items; i++) {
        double entropy = entropy_of(test->mean + i * test->classes, test->classes);
        if (prediction_class(test, i) == test->labels[i])
            values[right++] = entropy;
        else
            values[--wrong] = entropy;
    }
    kinds[0] = (struct entropies){"right", values, right, test->classes};
    kinds[1] = (struct entropies){"wrong", values + right, test->items - right, test->classes};
}

/* One histogram of the items of /ood/NAME. */
static enum status add_ood(const struct run_file *file, const char *name, const struct prediction *test,
                           struct table *rows, struct error *error)
{
    struct stored stored;
    char object[STORE_NAME_SIZE];
    (void)snprintf(object, sizeof object, "/ood/%.200s", name);
    enum status status = run_file_stored(file, object, &stored, error);
    if (status != STATUS_OK)
        return status;
    struct prediction unknown = stored_slice(&stored, 0);
    const struct prediction *prediction = &unknown;
    double *values = memory_alloc(prediction->items, sizeof *values, error), auroc = NAN;
    status = values ? STATUS_OK : STATUS_NO_MEMORY;
    if (status == STATUS_OK) {
        item_entropies(prediction, prediction->items, values);
        struct entropies of = {name, values, prediction->items, prediction->classes};
        status = prediction_auroc(test, prediction, &auroc, error);
        if (status == STATUS_OK)
            status = add_histogram(file, &of, auroc, rows, error);
    }
    memory_free(values);
    stored_free(&stored);
    return status;
}

static enum status add_all_ood(const struct run_file *file, const struct prediction *test, struct table *rows,
                               struct error *error)
{
    char **names = NULL;
    size_t count = 0;
    enum status status = parts_list(file->store, "/ood", &names, &count, error);
    for (size_t i = 0; i < count && status == STATUS_OK; i++)
        status = add_ood(file, names[i], test, rows, error);
    memory_free(names);
    return status;
}

static enum status add_entropies(const struct run_file *file, const struct prediction *test, struct table *rows,
                                 struct error *error)
{
    struct entropies kinds[2];
    double auroc = NAN, *values = memory_alloc(test->items, sizeof *values, error);
    if (!values)
        return STATUS_NO_MEMORY;
    split_test(test, values, kinds);
    enum status status = stats_auroc(kinds[0].value, kinds[0].count, kinds[1].value, kinds[1].count, &auroc, error);
    if (status == STATUS_OK)
        status = add_histogram(file, &kinds[0], NAN, rows, error);
    if (status == STATUS_OK)
        status = add_histogram(file, &kinds[1], auroc, rows, error);
    if (status == STATUS_OK)
        status = add_all_ood(file, test, rows, error);
    memory_free(values);
    return status;
}

enum status derive_entropy_histogram(const struct run_file *file, struct table *rows, struct error *error)
{
    return rows_of_test(file, add_entropies, rows, error);
}
