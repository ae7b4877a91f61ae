/* lib/data/cifar.h: the binary format of CIFAR-10 and, with two label bytes, of CIFAR-100: records of one label byte
 * and three planes (red, green, blue) of 32 x 32 bytes, row by row. There is no header: only the file's length tells
 * how many there are. */
#ifndef TENTH_DATA_CIFAR_H
#define TENTH_DATA_CIFAR_H

#include <stddef.h>
#include <stdint.h>

#include "core/error.h"
#include "io/source.h"

enum { CIFAR_SIDE = 32, CIFAR_CHANNELS = 3, CIFAR_CLASSES = 10 };
enum { CIFAR_IMAGE_SIZE = CIFAR_SIDE * CIFAR_SIDE * CIFAR_CHANNELS, CIFAR_RECORD_SIZE = 1 + CIFAR_IMAGE_SIZE };

/* Reads exactly `count` records, which must fill the source.
 *   bytes  [count][32][32][3]  overwritten, channels last
 *   labels [count]             overwritten, 0 .. 9
 * STATUS_DATA: too few bytes or too many, or a label above 9; the message gives the record's number. */
enum status cifar_read(struct source *source, size_t count, uint8_t *bytes, uint8_t *labels, struct error *error);

/* The label bytes of a record, of which `which` is the class, below `classes`: CIFAR-100 has a coarse one and, behind
 * it, a fine one. */
struct cifar_form {
    size_t label_bytes, which;
    uint8_t classes;
};

/* The same of a form. */
enum status cifar_read_form(struct source *source, const struct cifar_form *form, size_t count, uint8_t *bytes,
                            uint8_t *labels, struct error *error);

#endif
