#include "core/texts.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "core/memory.h"

enum { FIRST_SLOTS = 32 };

/* FNV-1a, seeded differently by each set, so that no file can hold texts that all want one slot, and mixed, since the
 * lowest bits give the slot. */
static uint64_t hash_of(const struct texts *texts, const char *text)
{
    uint64_t hash = 0xCBF29CE484222325U ^ (uintptr_t)texts->slot;
    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * 0x100000001B3U;
    hash ^= hash >> 32;
    hash *= 0x9E3779B97F4A7C15U;
    return hash ^ hash >> 29;
}

/* The slot where the text is or would be: there is always a free slot. */
static size_t slot_of(const struct texts *texts, const char *text)
{
    const size_t last = texts->slot_room - 1;
    size_t at = (size_t)hash_of(texts, text) & last;
    while (texts->slot[at] != 0 && strcmp(texts->text[texts->slot[at] - 1], text) != 0)
        at = (at + 1) & last;
    return at;
}

size_t texts_find(const struct texts *texts, const char *text)
{
    const size_t found = texts->slot ? texts->slot[slot_of(texts, text)] : 0;
    return found > 0 ? found - 1 : SIZE_MAX;
}

/* Doubles the slots, of which at most half are taken. */
static enum status more_slots(struct texts *texts, struct error *error)
{
    struct texts larger = *texts;
    larger.slot_room = texts->slot ? size_multiply(texts->slot_room, 2) : FIRST_SLOTS;
    larger.slot = memory_alloc(larger.slot_room, sizeof *larger.slot, error);
    if (!larger.slot)
        return STATUS_NO_MEMORY;
    for (size_t i = 0; i < texts->count; i++)
        larger.slot[slot_of(&larger, texts->text[i])] = i + 1;
    memory_free(texts->slot);
    *texts = larger;
    return STATUS_OK;
}

static enum status more_texts(struct texts *texts, struct error *error)
{
    const size_t room = texts->text ? size_multiply(texts->text_room, 2) : FIRST_SLOTS / 2;
    char **larger = memory_alloc(room, sizeof *larger, error);
    if (!larger)
        return STATUS_NO_MEMORY;
    if (texts->text)
        memcpy(larger, texts->text, texts->count * sizeof *larger);
    memory_free(texts->text);
    texts->text = larger;
    texts->text_room = room;
    return STATUS_OK;
}

enum status texts_add(struct texts *texts, const char *text, size_t *number, struct error *error)
{
    enum status status = STATUS_OK;
    *number = texts_find(texts, text);
    if (*number != SIZE_MAX)
        return STATUS_OK;
    if (texts->count == texts->text_room)
        status = more_texts(texts, error);
    if (status == STATUS_OK && 2 * texts->count >= texts->slot_room)
        status = more_slots(texts, error);
    char *copy = status == STATUS_OK ? memory_copy_text(text, error) : NULL;
    if (!copy)
        return STATUS_NO_MEMORY;
    *number = texts->count++;
    texts->text[*number] = copy;
    texts->slot[slot_of(texts, text)] = *number + 1;
    return STATUS_OK;
}

void texts_free(struct texts *texts)
{
    for (size_t i = 0; i < texts->count; i++)
        memory_free(texts->text[i]);
    memory_free(texts->text);
    memory_free(texts->slot);
    *texts = (struct texts){0};
}
