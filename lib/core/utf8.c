#include "core/utf8.h"

#include <string.h>

/* The bytes of the character at `text`: 1 to 4, or 0 if there is none, such as at the end. */
static size_t character_length(const unsigned char *text)
{
    /* By first byte: from, to, then what the second byte may be; the others are 80..BF (RFC 3629, section 4). */
    static const struct {
        unsigned char from, to, second_from, second_to, length;
    } forms[] = {
        {0x01, 0x7F, 0, 0, 1},       {0xC2, 0xDF, 0x80, 0xBF, 2}, {0xE0, 0xE0, 0xA0, 0xBF, 3},
        {0xE1, 0xEC, 0x80, 0xBF, 3}, {0xED, 0xED, 0x80, 0x9F, 3}, {0xEE, 0xEF, 0x80, 0xBF, 3},
        {0xF0, 0xF0, 0x90, 0xBF, 4}, {0xF1, 0xF3, 0x80, 0xBF, 4}, {0xF4, 0xF4, 0x80, 0x8F, 4},
    };
    for (size_t f = 0; f < sizeof forms / sizeof forms[0]; f++) {
        if (text[0] < forms[f].from || text[0] > forms[f].to)
            continue;
        if (forms[f].length > 1 && (text[1] < forms[f].second_from || text[1] > forms[f].second_to))
            return 0;
        for (size_t i = 2; i < forms[f].length; i++) {
            if (text[i] < 0x80 || text[i] > 0xBF)
                return 0;
        }
        return forms[f].length;
    }
    return 0;
}

size_t utf8_valid_length(const char *text)
{
    size_t done = 0;
    for (size_t length = 1; length > 0; done += length)
        length = character_length((const unsigned char *)text + done);
    return done;
}

bool utf8_valid(const char *text)
{
    return text[utf8_valid_length(text)] == '\0';
}

static bool is_control(const unsigned char *text, size_t length)
{
    return (length == 1 && (text[0] < 0x20 || text[0] == 0x7F)) || (length == 2 && text[0] == 0xC2 && text[1] < 0xA0);
}

size_t utf8_escape(const char *text, const char *kept, char *escaped, size_t room)
{
    static const char digits[] = "0123456789ABCDEF";
    size_t whole = 0, used = 0; /* bytes of the whole result, and those that fitted */
    for (const unsigned char *c = (const unsigned char *)text; *c;) {
        size_t length = character_length(c);
        bool plain = length > 0 && (!is_control(c, length) || (length == 1 && strchr(kept, *c)));
        char coded[] = {'\\', 'x', digits[*c >> 4], digits[*c & 0xF]};
        size_t written = plain ? length : sizeof coded;
        if (used == whole && whole + written < room) { /* nothing cut so far */
            memcpy(escaped + used, plain ? (const char *)c : coded, written);
            used += written;
        }
        whole += written;
        c += plain ? length : 1;
    }
    escaped[used] = '\0';
    return whole;
}
