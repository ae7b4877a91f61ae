/* lib/embed/model_file.h: models as files, small and checked.
 *
 *   "TNTH", version (1 byte), posterior, number, layers; parts, classes, height, width, channels, kernel, stride (2
 * each); offset, scale, threshold, fraction (4 each, IEEE); dataset, method, criterion (a length of 1 byte, then the
 * text); from version 2 on: flags (1; 1: official data, 2: a range follows), the data's source (as the names), the
 * range (least and largest of each statistic of input_range.h, 4 each); for each layer: outputs (2), weights (4), bytes
 * of the places (4), of the values (4), index format (1), value format (1), int8: steps [groups][outputs] (2 each, the
 * upper half of a float); biases [parts][outputs] (4 each for fp32, else 2); the places; the values [parts][weights]
 * (4, 2 or 1 each, or coded) CRC-32 of everything before it (4)
 *
 * Numbers are little-endian. Each layer has its shortest index format and value format. Reading trusts nothing: sizes
 * and their cost are checked against limits before allocating, places must ascend below the layer's size, numbers must
 * be finite, and nothing may be left over. Version 1 is read too: its data source is unknown, and it has no range.
 *
 * Versions 1 and 2 have convolutions alike, with SAME padding and SELU, and a dense layer. Other networks are written
 * as version 3: without kernel and stride in the header, but before each layer its kind and activation (as the names),
 * rows and columns of its kernel and of its stride (2 each; see struct layer_spec), padding (1; 1: valid). A layer
 * without weights has nothing more. */
#ifndef TENTH_EMBED_MODEL_FILE_H
#define TENTH_EMBED_MODEL_FILE_H

#include <stddef.h>

#include "core/error.h"
#include "embed/bytes.h"
#include "embed/model.h"

enum { MODEL_FILE_VERSION = 3, MODEL_FILE_LIMIT = 1 << 28 };

/* The whole file in memory. STATUS_UNSUPPORTED: it would cost more than readers allow (embed/engine.h). The caller
 * frees with bytes_free, also after a failure. */
enum status model_encode(const struct model *model, struct byte_writer *out, struct error *error);

/* `name` denotes the file in messages. STATUS_DATA: not a model, a newer version, damaged, or one that would cost more
 * than a file of its size may (embed/engine.h), which is checked before allocating. NULL *model on failure. */
enum status model_decode(const void *bytes, size_t count, const char *name, struct model **model, struct error *error);

enum status model_write(const struct model *model, const char *path, struct error *error); /* atomically */
enum status model_read(const char *path, struct model **model, struct error *error);

/* Bytes of the places of one layer in each index format (in the order of the registry), and of its values, plain and
 * coded: the basis of the choice. */
enum { INDEX_FORMATS_MAX = 8 };
struct layer_sizes {
    size_t places[INDEX_FORMATS_MAX];
    size_t values, values_coded;
};
enum status model_layer_sizes(const struct model *model, size_t layer, struct layer_sizes *sizes, struct error *error);

#endif
