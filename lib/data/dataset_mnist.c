/* lib/data/dataset_mnist.c: MNIST (LeCun, Bottou, Bengio, Haffner 1998), four IDX files, packed or not. */
#include "data/idx.h"
#include "data/reader.h"

const char dataset_input_mnist[] = "gray values from 0 to 255, light ink on a dark ground (white on black)";

const char *const dataset_classes_mnist[] = {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"};

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

enum status dataset_load_mnist(struct dataset *dataset, struct error *error)
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
