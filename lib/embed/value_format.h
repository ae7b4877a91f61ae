/* lib/embed/value_format.h: the values of a layer's weights as bytes. Private to model_file.c. */
#ifndef TENTH_EMBED_VALUE_FORMAT_H
#define TENTH_EMBED_VALUE_FORMAT_H

#include "embed/bytes.h"
#include "embed/model.h"

/* plain: one number after the other. coded: their upper bytes (int8: the size of the code) in an adaptive range coder,
 * since they cluster around few values; the rest is noise, and is copied. */
enum value_format { VALUES_PLAIN = 1, VALUES_CODED = 2 };

void values_write(const struct model *model, const struct model_layer *layer, enum value_format format,
                  struct byte_writer *out);

/* Fills layer->value from all bytes of the reader. False: the bytes are not such values. */
bool values_read(const struct model *model, struct model_layer *layer, enum value_format format,
                 struct byte_reader *in);

#endif
