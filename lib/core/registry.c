#include "core/registry.h"

#include <stdio.h>
#include <string.h>

#include "core/size.h"

enum { NAME_MAX_LENGTH = 96 };

/* Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours. Three rows of the usual
 * table. */
static size_t edit_distance(const char *a, size_t length_a, const char *b, size_t length_b)
{
    size_t rows[3][NAME_MAX_LENGTH + 1];
    size_t *before = rows[0], *previous = rows[1], *current = rows[2];
    for (size_t j = 0; j <= length_b; j++)
        previous[j] = j;
    memcpy(before, previous, sizeof rows[0]);
    for (size_t i = 1; i <= length_a; i++) {
        current[0] = i;
        for (size_t j = 1; j <= length_b; j++) {
            size_t best = previous[j - 1] + (a[i - 1] != b[j - 1]);
            best = smaller(best, smaller(previous[j], current[j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                best = smaller(best, before[j - 2] + 1);
            current[j] = best;
        }
        size_t *recycled = before;
        before = previous;
        previous = current;
        current = recycled;
    }
    return previous[length_b];
}

const char *names_nearest(const char *name, const char *const *names, size_t count)
{
    size_t length = strlen(name);
    if (length == 0 || length > NAME_MAX_LENGTH)
        return NULL;
    size_t limit = length / 3 > 0 ? length / 3 : 1;
    const char *nearest = NULL;
    for (size_t i = 0; i < count; i++) {
        size_t other = strlen(names[i]);
        if (other > NAME_MAX_LENGTH)
            continue;
        size_t distance = edit_distance(name, length, names[i], other);
        if (distance <= limit) {
            nearest = names[i];
            if (distance == 0)
                return nearest;
            limit = distance - 1; /* from now on only a nearer name wins */
        }
    }
    return nearest;
}

static const char *row_name(const void *rows, size_t size, size_t row)
{
    const char *name;
    memcpy(&name, (const char *)rows + row * size, sizeof name);
    return name;
}

static void name_list(const void *rows, size_t count, size_t size, char *list, size_t room)
{
    size_t used = 0;
    list[0] = '\0';
    for (size_t i = 0; i < count && used < room; i++) {
        int wrote = snprintf(list + used, room - used, "%s%s", i ? ", " : "", row_name(rows, size, i));
        used += wrote > 0 ? (size_t)wrote : 0;
    }
}

const void *registry_find(const char *what, const char *name, const void *rows, size_t count, size_t size,
                          struct error *error)
{
    enum { ROWS_MAX = 128 };
    const char *names[ROWS_MAX] = {0};
    for (size_t i = 0; i < count; i++) {
        const char *candidate = row_name(rows, size, i);
        if (strcmp(candidate, name) == 0)
            return (const char *)rows + i * size;
        if (i < ROWS_MAX)
            names[i] = candidate;
    }
    const char *nearest = names_nearest(name, names, smaller(count, ROWS_MAX));
    char list[512];
    name_list(rows, count, size, list, sizeof list);
    (void)error_set(error, STATUS_USAGE, "no %s is called \"%s\"; %s%s (there are: %s)", what, name,
                    nearest ? "did you mean " : "check the name", nearest ? nearest : "", list);
    return NULL;
}
