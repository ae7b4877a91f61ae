#include "embed/index_format.h"

#include "core/memory.h"
#include "embed/range_coder.h"

/* ---- delta ---- */

enum { GAP_ESCAPE = 255 }; /* this many places are skipped, and the gap continues in the next byte */

static void index_write_delta(const struct model_layer *layer, struct byte_writer *out)
{
    size_t next = 0; /* the first place, for a gap of 0 */
    for (size_t i = 0; i < layer->count; i++) {
        size_t gap = layer->place[i] - next;
        for (; gap >= GAP_ESCAPE; gap -= GAP_ESCAPE)
            bytes_put_number(out, GAP_ESCAPE, 1);
        bytes_put_number(out, gap, 1);
        next = (size_t)layer->place[i] + 1;
    }
}

static bool index_read_delta(struct model_layer *layer, struct byte_reader *in)
{
    size_t next = 0, places = layer_places(layer);
    for (size_t i = 0; i < layer->count; i++) {
        uint64_t gap;
        do {
            gap = bytes_get_number(in, 1);
            next += gap;
        } while (gap == GAP_ESCAPE);
        if (in->beyond || next >= places)
            return false;
        layer->place[i] = (uint32_t)next++;
    }
    return in->used == in->count;
}

/* ---- bitmap ---- */

/* Bit by bit, the lowest of a byte first. */
struct bit_writer {
    struct byte_writer *out;
    unsigned int byte, used;
};

static void bit_flush(struct bit_writer *bits)
{
    if (bits->used > 0)
        bytes_put_number(bits->out, bits->byte, 1);
    bits->byte = bits->used = 0;
}

static void bit_put(struct bit_writer *bits, unsigned int bit)
{
    bits->byte |= bit << bits->used++;
    if (bits->used == 8)
        bit_flush(bits);
}

static unsigned int bit_of(const uint8_t *bytes, size_t i)
{
    return bytes[i / 8] >> (i % 8) & 1U;
}

static void index_write_bitmap(const struct model_layer *layer, struct byte_writer *out)
{
    struct bit_writer bits = {.out = out};
    for (size_t place = 0, i = 0, places = layer_places(layer); place < places; place++) {
        unsigned int there = i < layer->count && layer->place[i] == place;
        bit_put(&bits, there);
        i += there;
    }
    bit_flush(&bits);
}

static bool index_read_bitmap(struct model_layer *layer, struct byte_reader *in)
{
    size_t places = layer_places(layer), found = 0;
    const uint8_t *bytes = bytes_get(in, (places + 7) / 8);
    for (size_t place = 0; bytes && place < places; place++) {
        if (!bit_of(bytes, place))
            continue;
        if (found == layer->count)
            return false;
        layer->place[found++] = (uint32_t)place;
    }
    return bytes && found == layer->count && in->used == in->count;
}

/* ---- block ---- */

/* The number of weights from number `first` on below the place `end`. */
static size_t count_below(const struct model_layer *layer, size_t first, size_t end)
{
    size_t i = first;
    while (i < layer->count && layer->place[i] < end)
        i++;
    return i - first;
}

static void index_write_block(const struct model_layer *layer, struct byte_writer *out)
{
    size_t taps = layer_taps(layer), blocks = layer_places(layer) / taps;
    struct bit_writer bits = {.out = out};
    for (size_t block = 0, i = 0; block < blocks; block++) {
        size_t inside = count_below(layer, i, (block + 1) * taps);
        bit_put(&bits, inside > 0);
        i += inside;
    }
    bit_flush(&bits);
    for (size_t i = 0; i < layer->count;) {
        size_t first = layer->place[i] / taps * taps;
        for (size_t tap = 0; tap < taps; tap++) {
            unsigned int there = i < layer->count && layer->place[i] == first + tap;
            bit_put(&bits, there);
            i += there;
        }
    }
    bit_flush(&bits);
}

static bool index_read_block(struct model_layer *layer, struct byte_reader *in)
{
    size_t taps = layer_taps(layer), blocks = layer_places(layer) / taps, full = 0, found = 0;
    const uint8_t *map = bytes_get(in, (blocks + 7) / 8);
    for (size_t block = 0; map && block < blocks; block++)
        full += bit_of(map, block);
    const uint8_t *masks = map ? bytes_get(in, (full * taps + 7) / 8) : NULL;
    if (!masks)
        return false;
    for (size_t block = 0, seen = 0; block < blocks; block++) {
        for (size_t tap = 0; bit_of(map, block) && tap < taps; tap++) {
            if (!bit_of(masks, seen * taps + tap))
                continue;
            if (found == layer->count)
                return false;
            layer->place[found++] = (uint32_t)(block * taps + tap);
        }
        seen += bit_of(map, block);
    }
    return found == layer->count && in->used == in->count;
}

/* ---- coded ---- */

enum { LEVELS = 24, NEIGHBOURS = 3 };

/* What coder and decoder know at a place: how many earlier places were full, in all, of this input channel, and of this
 * filter; and which taps of this plane are. */
struct fullness {
    const struct model_layer *layer;
    struct bit_model models[LEVELS * NEIGHBOURS];
    uint32_t *of_filter;           /* [c_out] full places */
    unsigned char *plane;          /* [taps] of the current pair of channels */
    uint64_t all, seen;            /* full places, and places, in whole planes so far */
    uint64_t of_channel, channels; /* full places of the current channel so far; channels done */
    size_t level;                  /* of the current plane */
};

static bool fullness_begin(struct fullness *fullness, const struct model_layer *layer)
{
    *fullness = (struct fullness){.layer = layer};
    bit_models_begin(fullness->models, LEVELS * NEIGHBOURS);
    fullness->of_filter = memory_alloc(layer->shape.c_out, sizeof *fullness->of_filter, NULL);
    fullness->plane = memory_alloc(layer_taps(layer), 1, NULL);
    return fullness->of_filter && fullness->plane;
}

static void fullness_end(struct fullness *fullness)
{
    memory_free(fullness->of_filter);
    memory_free(fullness->plane);
}

/* Twice the binary logarithm, rounded down, of a ratio: half-octaves, in integers. */
static size_t half_octaves(uint64_t value)
{
    size_t level = 0;
    while (value >> (level / 2) > 1)
        level += 2;
    if (level > 1 && (value * value) >> (level - 1) >= 4)
        level--;
    return level;
}

/* Before a plane: how full it should be if filters and channels were independent, as a level. The added ones represent
 * the initial ignorance. */
static void fullness_plane(struct fullness *fullness, size_t filter)
{
    uint64_t taps = layer_taps(fullness->layer);
    uint64_t filter_share = ((fullness->of_filter[filter] + 1ULL) << 16) / (fullness->channels * taps + 8);
    uint64_t channel_share = ((fullness->of_channel + 1ULL) << 16) / (filter * taps + 8);
    uint64_t share = ((fullness->all + 1ULL) << 16) / (fullness->seen + 8);
    filter_share = filter_share > 65535 ? 65535 : filter_share;
    channel_share = channel_share > 65535 ? 65535 : channel_share;
    uint64_t expected = filter_share * channel_share / (share > 0 ? share : 1);
    expected = expected > 65535 ? 65535 : expected;
    size_t level = half_octaves(expected + 1);
    fullness->level = level < LEVELS + 8 ? (level > 8 ? level - 8 : 0) : LEVELS - 1;
}

static struct bit_model *fullness_model(struct fullness *fullness, size_t tap)
{
    size_t width = fullness->layer->shape.kernel_w, neighbours = 0;
    if (tap % width > 0)
        neighbours += fullness->plane[tap - 1];
    if (tap >= width)
        neighbours += fullness->plane[tap - width];
    return &fullness->models[fullness->level * NEIGHBOURS + neighbours];
}

static void fullness_plane_done(struct fullness *fullness, size_t filter)
{
    size_t taps = layer_taps(fullness->layer);
    uint32_t full = 0;
    for (size_t tap = 0; tap < taps; tap++)
        full += fullness->plane[tap];
    fullness->of_filter[filter] += full;
    fullness->of_channel += full;
    fullness->all += full;
    fullness->seen += taps;
    if (filter + 1 == fullness->layer->shape.c_out) {
        fullness->channels++;
        fullness->of_channel = 0;
    }
}

static void index_write_coded(const struct model_layer *layer, struct byte_writer *out)
{
    struct fullness fullness;
    struct range_writer writer = range_write_begin(out);
    size_t taps = layer_taps(layer), blocks = layer_places(layer) / taps, i = 0;
    out->failed = !fullness_begin(&fullness, layer) || out->failed;
    for (size_t block = 0; !out->failed && block < blocks; block++) {
        size_t filter = block % layer->shape.c_out;
        fullness_plane(&fullness, filter);
        for (size_t tap = 0; tap < taps; tap++) {
            unsigned char there = i < layer->count && layer->place[i] == block * taps + tap;
            range_write_bit(&writer, fullness_model(&fullness, tap), there);
            fullness.plane[tap] = there;
            i += there;
        }
        fullness_plane_done(&fullness, filter);
    }
    range_write_end(&writer);
    fullness_end(&fullness);
}

static bool index_read_coded(struct model_layer *layer, struct byte_reader *in)
{
    struct fullness fullness;
    struct range_reader reader = range_read_begin(in);
    size_t taps = layer_taps(layer), blocks = layer_places(layer) / taps, found = 0;
    bool good = fullness_begin(&fullness, layer);
    in->failed = !good;
    for (size_t block = 0; good && block < blocks; block++) {
        size_t filter = block % layer->shape.c_out;
        fullness_plane(&fullness, filter);
        for (size_t tap = 0; good && tap < taps; tap++) {
            int there = range_read_bit(&reader, fullness_model(&fullness, tap));
            fullness.plane[tap] = (unsigned char)there;
            good = !in->beyond && !(there && found == layer->count);
            if (good && there)
                layer->place[found++] = (uint32_t)(block * taps + tap);
        }
        fullness_plane_done(&fullness, filter);
    }
    fullness_end(&fullness);
    return good && found == layer->count && in->used == in->count;
}

/* ---- the registry ---- */

static const struct index_format formats[] = {
#define INDEX_FORMAT(name, number, coded, help) {#name, number, coded, help, index_write_##name, index_read_##name},
#include "embed/index_format.def"
#undef INDEX_FORMAT
};
enum { FORMATS = sizeof formats / sizeof formats[0] };

const struct index_format *index_formats(size_t *count)
{
    *count = FORMATS;
    return formats;
}

const struct index_format *index_format_numbered(uint8_t number)
{
    for (size_t i = 0; i < FORMATS; i++) {
        if (formats[i].number == number)
            return &formats[i];
    }
    return NULL;
}
