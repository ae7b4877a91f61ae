#include "embed/bytes.h"

#include <string.h>

#include "core/memory.h"

enum { ROOM_AT_START = 4096 };

void bytes_put(struct byte_writer *writer, const void *bytes, size_t count)
{
    if (writer->used + count > writer->room && !writer->failed) {
        size_t room = writer->room > 0 ? writer->room : ROOM_AT_START;
        while (room < writer->used + count)
            room *= 2;
        uint8_t *larger = memory_alloc(room, 1, NULL);
        writer->failed = larger == NULL;
        if (larger) {
            if (writer->used > 0)
                memcpy(larger, writer->bytes, writer->used);
            memory_free(writer->bytes);
            writer->bytes = larger;
            writer->room = room;
        }
    }
    if (writer->failed || count == 0)
        return;
    memcpy(writer->bytes + writer->used, bytes, count);
    writer->used += count;
}

void bytes_put_number(struct byte_writer *writer, uint64_t value, size_t size)
{
    uint8_t bytes[8];
    for (size_t i = 0; i < size; i++)
        bytes[i] = (uint8_t)(value >> (8 * i));
    bytes_put(writer, bytes, size);
}

void bytes_put_float(struct byte_writer *writer, float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    bytes_put_number(writer, bits, sizeof bits);
}

void bytes_free(struct byte_writer *writer)
{
    memory_free(writer->bytes);
    *writer = (struct byte_writer){0};
}

const uint8_t *bytes_get(struct byte_reader *reader, size_t count)
{
    if (count > reader->count - reader->used) {
        reader->beyond = true;
        reader->used = reader->count;
        return NULL;
    }
    const uint8_t *at = reader->bytes + reader->used;
    reader->used += count;
    return at;
}

uint64_t bytes_get_number(struct byte_reader *reader, size_t size)
{
    uint64_t value = 0;
    const uint8_t *bytes = bytes_get(reader, size);
    for (size_t i = 0; bytes && i < size; i++)
        value |= (uint64_t)bytes[i] << (8 * i);
    return value;
}

float bytes_get_float(struct byte_reader *reader)
{
    uint32_t bits = (uint32_t)bytes_get_number(reader, sizeof bits);
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}
