/* lib/data/dataset_formats.c: the formats that any data set may name in its row of dataset.def. */
#include "data/idx.h"
#include "data/reader.h"
#include "data/ucr.h"

static enum status load_series(struct dataset *dataset, size_t part, struct items *items, struct error *error)
{
    struct source *source;
    enum status status = part_open(dataset, part, &source, error);
    if (status != STATUS_OK)
        return status;
    status = ucr_read(source, dataset->kind, ITEMS_LIMIT, items, error);
    return part_finish(dataset, part, source, status, error);
}

enum status dataset_load_ucr(struct dataset *dataset, struct error *error)
{
    enum status status = load_series(dataset, 0, &dataset->train, error);
    return status == STATUS_OK ? load_series(dataset, 1, &dataset->test, error) : status;
}

static enum status load_images(struct dataset *dataset, size_t part, struct items *items, struct error *error)
{
    struct source *source;
    enum status status = part_open(dataset, part, &source, error);
    if (status != STATUS_OK)
        return status;
    status = idx_read_images(source, dataset->kind, ITEMS_LIMIT, items, error);
    return part_finish(dataset, part, source, status, error);
}

static enum status load_labels(struct dataset *dataset, size_t part, struct items *items, struct error *error)
{
    struct source *source;
    enum status status = part_open(dataset, part, &source, error);
    if (status != STATUS_OK)
        return status;
    status = idx_read_labels(source, dataset->kind->classes, items, error);
    return part_finish(dataset, part, source, status, error);
}

enum status dataset_load_idx(struct dataset *dataset, struct error *error)
{
    enum status status = load_images(dataset, 0, &dataset->train, error);
    if (status == STATUS_OK)
        status = load_labels(dataset, 1, &dataset->train, error);
    if (status == STATUS_OK)
        status = load_images(dataset, 2, &dataset->test, error);
    if (status == STATUS_OK)
        status = load_labels(dataset, 3, &dataset->test, error);
    return status;
}
