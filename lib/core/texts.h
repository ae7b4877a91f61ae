/* lib/core/texts.h: distinct texts, numbered 0, 1, 2, ... in order of first appearance. Lookup time does not grow with
 * their number. */
#ifndef TENTH_CORE_TEXTS_H
#define TENTH_CORE_TEXTS_H

#include <stddef.h>

#include "core/error.h"

/* Initially {0}; the members are private. */
struct texts {
    char **text; /* [text_room], of which `count` are there */
    size_t count, text_room;
    size_t *slot; /* [slot_room], a power of two: the number of a text plus 1; 0: free */
    size_t slot_room;
};

/* Gives the number of `text`, which is copied if it is new: *number is then the count before. On failure nothing
 * changes. */
enum status texts_add(struct texts *texts, const char *text, size_t *number, struct error *error);

/* The number of a text; SIZE_MAX if absent. */
size_t texts_find(const struct texts *texts, const char *text);

/* Text number `number`, which must exist; valid until texts_free. */
static inline const char *texts_get(const struct texts *texts, size_t number)
{
    return texts->text[number];
}

static inline size_t texts_count(const struct texts *texts)
{
    return texts->count;
}

void texts_free(struct texts *texts); /* leaves {0} */

#endif
