/* lib/data/dataset_mnist.c: MNIST (LeCun, Bottou, Bengio, Haffner 1998), four IDX files, packed or not. */
#include "data/idx.h"
#include "data/reader.h"

const struct dataset_part dataset_parts_mnist[] = {
    {"mnist/train-images-idx3-ubyte", "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
     "0b367032e93c5d0cea0925647cfdb18614af8ee15f83e6f2fc2ad904a6835971"},
    {"mnist/train-labels-idx1-ubyte", "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
     "1787548bbe0bff1ec2ecdc0ef292b02df999e2d1a6002d27500982c652b17203"},
    {"mnist/t10k-images-idx3-ubyte", "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
     "1a1a05eab793c14bb050b398624a11b0ffd1a2953baed553b1b9bd079e2a20be"},
    {"mnist/t10k-labels-idx1-ubyte", "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
     "b91679a0acfe4ba0e50a2437a903084cba1f5f92592b016a25a7dfd00455798b"},
    {0},
};

const char *const dataset_classes_mnist[] = {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"};

static enum status load_images(const struct dataset_kind *kind, const char *directory, size_t part,
                               struct dataset *dataset, struct items *items, struct error *error)
{
    struct source *source;
    enum status status = part_open(kind, directory, part, &source, error);
    if (status != STATUS_OK)
        return status;
    status = idx_read_images(source, kind, ITEMS_LIMIT, items, error);
    return part_finish(dataset, directory, part, source, status, error);
}

static enum status load_labels(const struct dataset_kind *kind, const char *directory, size_t part,
                               struct dataset *dataset, struct items *items, struct error *error)
{
    struct source *source;
    enum status status = part_open(kind, directory, part, &source, error);
    if (status != STATUS_OK)
        return status;
    status = idx_read_labels(source, kind->classes, items, error);
    return part_finish(dataset, directory, part, source, status, error);
}

enum status dataset_load_mnist(const struct dataset_kind *kind, const char *directory, struct dataset *dataset,
                               struct error *error)
{
    enum status status = load_images(kind, directory, 0, dataset, &dataset->train, error);
    if (status == STATUS_OK)
        status = load_labels(kind, directory, 1, dataset, &dataset->train, error);
    if (status == STATUS_OK)
        status = load_images(kind, directory, 2, dataset, &dataset->test, error);
    if (status == STATUS_OK)
        status = load_labels(kind, directory, 3, dataset, &dataset->test, error);
    return status;
}
