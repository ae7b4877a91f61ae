/* lib/embed/index_format.h: the places of a layer's weights as bytes; a registry (index_format.def). */
#ifndef TENTH_EMBED_INDEX_FORMAT_H
#define TENTH_EMBED_INDEX_FORMAT_H

#include <stddef.h>
#include <stdint.h>

#include "embed/bytes.h"
#include "embed/model.h"

struct index_format {
    const char *name;
    uint8_t number; /* in files */
    bool coded;     /* cannot be walked through without a decoder */
    const char *help;
    /* Writes layer->place [count]; the writer remembers a failed allocation. */
    void (*write)(const struct model_layer *layer, struct byte_writer *out);
    /* Fills layer->place from all bytes of the reader; count and shape are known. False: the bytes are not `count`
     * ascending places of the layer. */
    bool (*read)(struct model_layer *layer, struct byte_reader *in);
};

const struct index_format *index_formats(size_t *count);
const struct index_format *index_format_numbered(uint8_t number); /* NULL: none */

#endif
