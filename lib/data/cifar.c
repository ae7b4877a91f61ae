#include "data/cifar.h"

/* planes [3][32 * 32] -> image [32 * 32][3] */
static void interleave(const uint8_t *planes, uint8_t *image)
{
    enum { PIXELS = CIFAR_SIDE * CIFAR_SIDE };
    for (size_t pixel = 0; pixel < PIXELS; pixel++) {
        for (size_t channel = 0; channel < CIFAR_CHANNELS; channel++)
            image[pixel * CIFAR_CHANNELS + channel] = planes[channel * PIXELS + pixel];
    }
}

enum status cifar_read_form(struct source *source, const struct cifar_form *form, size_t count, uint8_t *bytes,
                            uint8_t *labels, struct error *error)
{
    enum { LABELS_MAX = 2 };
    for (size_t i = 0; i < count; i++) {
        uint8_t record[LABELS_MAX + CIFAR_IMAGE_SIZE];
        enum status status = source_read(source, record, form->label_bytes + CIFAR_IMAGE_SIZE, error);
        if (status != STATUS_OK)
            return status;
        labels[i] = record[form->which];
        if (labels[i] >= form->classes)
            return error_set(error, STATUS_DATA,
                             "%s: record %zu of %zu has the label %d, above %d; is it a whole copy of the right file?",
                             source_path(source), i, count, labels[i], form->classes - 1);
        interleave(record + form->label_bytes, bytes + i * CIFAR_IMAGE_SIZE);
    }
    return source_expect_end(source, error);
}

enum status cifar_read(struct source *source, size_t count, uint8_t *bytes, uint8_t *labels, struct error *error)
{
    static const struct cifar_form ten = {1, 0, CIFAR_CLASSES};
    return cifar_read_form(source, &ten, count, bytes, labels, error);
}
