#include "data/cell.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

bool cell_line(const char **next, const char *end, struct cell *line)
{
    if (*next == end)
        return false;
    const char *begin = *next, *at = begin;
    while (at < end && *at != '\n' && *at != '\r')
        at++;
    *line = (struct cell){begin, (size_t)(at - begin)};
    const bool cr = at < end && *at == '\r';
    at += cr;
    at += at < end && *at == '\n';
    *next = at;
    return true;
}

struct cell cell_trimmed(const char *begin, const char *end)
{
    while (begin < end && is_blank(*begin))
        begin++;
    while (begin < end && is_blank(end[-1]))
        end--;
    return (struct cell){begin, (size_t)(end - begin)};
}

static size_t digits(const char *text, size_t count)
{
    size_t i = 0;
    while (i < count && isdigit((unsigned char)text[i]))
        i++;
    return i;
}

/* Decimal, optionally with a sign, a point and an exponent. The library's function also accepts "nan", hexadecimal
 * numbers and trailing garbage. */
bool cell_is_decimal(struct cell cell)
{
    const char *at = cell.begin, *end = cell.begin + cell.length;
    at += at < end && (*at == '+' || *at == '-');
    size_t before = digits(at, (size_t)(end - at)), after = 0;
    at += before;
    if (at < end && *at == '.') {
        after = digits(at + 1, (size_t)(end - at - 1));
        at += 1 + after;
    }
    if (before + after == 0)
        return false;
    if (at < end && (*at == 'e' || *at == 'E')) {
        at++;
        at += at < end && (*at == '+' || *at == '-');
        size_t exponent = digits(at, (size_t)(end - at));
        if (exponent == 0)
            return false;
        at += exponent;
    }
    return at == end;
}

float cell_number(struct cell cell)
{
    return strtof(cell.begin, NULL);
}

bool cell_is_whole(struct cell cell)
{
    const double number = cell_is_decimal(cell) ? strtod(cell.begin, NULL) : NAN;
    return isfinite(number) && !(number < floor(number)) && !(number > floor(number));
}

bool cell_is_missing(struct cell cell)
{
    static const char *const words[] = {"?", "nan", "na", "n/a", "null", "none", "-", "."};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (cell.length == strlen(words[i]) && strncasecmp(cell.begin, words[i], cell.length) == 0)
            return true;
    }
    return cell.length == 0;
}
