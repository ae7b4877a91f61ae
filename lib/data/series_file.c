#include "data/series_file.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/memory.h"
#include "core/size.h"
#include "data/cell.h"
#include "data/label.h"
#include "io/magic.h"

enum {
    ROOM_AT_START = 256,
    CHANNELS_MAX = 1024,
    VALUES_MAX = 1 << 28, /* of all items */
    SHOWN = 40            /* bytes of a cell in messages */
};

enum form { FORM_UCR, FORM_TS, FORM_ARFF };

struct reading {
    struct series_file *file;
    struct texts *labels;
    bool closed;
    size_t limit;
    enum form form;
    const char *next, *end;
    size_t line;
};

static enum status wrong(const struct reading *reading, struct error *error, const char *what)
{
    return error_set(error, STATUS_DATA, "%s:%zu: %s", reading->file->name, reading->line, what);
}

/* ---- values ---- */

static enum status add_value(struct series_file *file, float value, struct error *error)
{
    if (memory_grow(&file->values, file->value_count, &file->value_room, ROOM_AT_START, sizeof *file->values, error) !=
        STATUS_OK)
        return STATUS_NO_MEMORY;
    file->values[file->value_count++] = value;
    return STATUS_OK;
}

static struct cell without_quotes(struct cell cell)
{
    if (cell.length >= 2 && (*cell.begin == '"' || *cell.begin == '\'') && cell.begin[cell.length - 1] == *cell.begin)
        return cell_trimmed(cell.begin + 1, cell.begin + cell.length - 1);
    return cell;
}

/* `place`: of the cell in its line, from 1, for messages. */
static enum status read_value(const struct reading *reading, struct cell cell, size_t place, struct error *error)
{
    cell = without_quotes(cell);
    if (cell_is_missing(cell))
        return add_value(reading->file, NAN, error);
    const float value = cell_is_decimal(cell) ? cell_number(cell) : NAN;
    if (isfinite(value))
        return add_value(reading->file, value, error);
    return error_set(
        error, STATUS_DATA, "%s:%zu: value %zu, \"%.*s\", is not a finite number%s", reading->file->name, reading->line,
        place, (int)smaller(cell.length, SHOWN), cell.begin,
        memchr(cell.begin, '(', cell.length)
            ? "; are these values with time stamps? Only series at equal steps, without them, are read"
            : "; one with a decimal point, such as -0.25 or 1e-3, is wanted, or ? where a value is missing");
}

/* The values of [begin, end) between separators; blanks count as one each run of them. */
static enum status read_values(const struct reading *reading, struct cell text, char separator, size_t *count,
                               struct error *error)
{
    const char *at = text.begin, *end = text.begin + text.length;
    enum status status = STATUS_OK;
    *count = 0;
    for (bool more = at < end; more && status == STATUS_OK;) {
        while (separator == ' ' && at < end && (*at == ' ' || *at == '\t'))
            at++;
        const char *begin = at;
        while (at < end && *at != separator && !(separator == ' ' && *at == '\t'))
            at++;
        if (separator == ' ' && at == begin)
            break;
        status = read_value(reading, cell_trimmed(begin, at), ++*count, error);
        more = at < end;
        at += more;
    }
    return status;
}

/* ---- a series ---- */

static enum status add_series(const struct reading *reading, const struct series *series, struct error *error)
{
    struct series_file *file = reading->file;
    if (file->count == reading->limit)
        return error_set(error, STATUS_DATA, "%s:%zu: has more than %zu series", file->name, reading->line,
                         reading->limit);
    if (memory_grow(&file->series, file->count, &file->series_room, ROOM_AT_START, sizeof *file->series, error) !=
        STATUS_OK)
        return STATUS_NO_MEMORY;
    file->series[file->count++] = *series;
    return STATUS_OK;
}

static enum status read_label(const struct reading *reading, struct cell cell, size_t *label, struct error *error)
{
    char where[32];
    (void)snprintf(where, sizeof where, ":%zu", reading->line);
    return label_number(without_quotes(cell), reading->labels, reading->closed, reading->file->name, where, label,
                        error);
}

/* Channel number `channel` of a series, in a text of its own. */
static enum status read_channel(struct reading *reading, struct cell text, char separator, size_t channel,
                                struct series *series, struct error *error)
{
    size_t length = 0;
    enum status status = read_values(reading, text, separator, &length, error);
    if (status != STATUS_OK)
        return status;
    if (length == 0)
        return wrong(reading, error, "has a series without a value");
    if (channel > 0 && length != series->length)
        return error_set(error, STATUS_DATA,
                         "%s:%zu: channel %zu has %zu values, and the first %zu; all channels of a series need the "
                         "same number",
                         reading->file->name, reading->line, channel + 1, length, series->length);
    series->length = length;
    return STATUS_OK;
}

static enum status end_series(struct reading *reading, const struct series *series, size_t channels,
                              struct error *error)
{
    struct series_file *file = reading->file;
    if (file->count > 0 && channels != file->channels)
        return error_set(error, STATUS_DATA, "%s:%zu: has %zu channel%s, and the series before it %zu", file->name,
                         reading->line, channels, channels == 1 ? "" : "s", file->channels);
    if (channels > CHANNELS_MAX)
        return error_set(error, STATUS_DATA, "%s:%zu: has %zu channels; %d are the most", file->name, reading->line,
                         channels, CHANNELS_MAX);
    file->channels = channels;
    return add_series(reading, series, error);
}

/* ---- a line of each form ---- */

static char separator_of(struct cell line)
{
    if (memchr(line.begin, '\t', line.length))
        return '\t';
    return memchr(line.begin, ',', line.length) ? ',' : ' ';
}

/* The first column of UCR text is the class. */
static enum status read_ucr(struct reading *reading, struct cell line, struct error *error)
{
    const char separator = separator_of(line), *end = line.begin + line.length;
    const char *at = line.begin;
    while (at < end && *at != separator)
        at++;
    struct series series = {.first = reading->file->value_count, .line = reading->line};
    const struct cell label = without_quotes(cell_trimmed(line.begin, at));
    if (cell_is_decimal(label) && !cell_is_whole(label))
        return error_set(error, STATUS_DATA,
                         "%s:%zu: the first column, \"%.*s\", is the class, which is a word or a whole number; is it "
                         "in another column?",
                         reading->file->name, reading->line, (int)smaller(label.length, SHOWN), label.begin);
    enum status status = read_label(reading, label, &series.label, error);
    const char *rest = at < end ? at + 1 : end;
    if (status == STATUS_OK)
        status = read_channel(reading, (struct cell){rest, (size_t)(end - rest)}, separator, 0, &series, error);
    return status == STATUS_OK ? end_series(reading, &series, 1, error) : status;
}

static enum status read_ts(struct reading *reading, struct cell line, struct error *error)
{
    const char *at = line.begin, *end = line.begin + line.length;
    struct series series = {.first = reading->file->value_count, .line = reading->line};
    size_t channels = 0;
    enum status status = STATUS_OK;
    for (const char *colon; status == STATUS_OK && (colon = memchr(at, ':', (size_t)(end - at))) != NULL;
         at = colon + 1)
        status = read_channel(reading, cell_trimmed(at, colon), ',', channels++, &series, error);
    if (status == STATUS_OK && channels == 0)
        return wrong(reading, error, "has no colon; in .ts, values end with one, and the class follows");
    if (status == STATUS_OK)
        status = read_label(reading, cell_trimmed(at, end), &series.label, error);
    return status == STATUS_OK ? end_series(reading, &series, channels, error) : status;
}

/* Channels in quotes, with \n (two characters) between them. */
static enum status read_relation(struct reading *reading, struct cell text, struct series *series, size_t *channels,
                                 struct error *error)
{
    const char *at = text.begin, *end = text.begin + text.length;
    enum status status = STATUS_OK;
    *channels = 0;
    for (bool more = true; more && status == STATUS_OK;) {
        const char *stop = at;
        while (stop + 1 < end && !(stop[0] == '\\' && stop[1] == 'n'))
            stop++;
        more = stop + 1 < end;
        stop = more ? stop : end;
        status = read_channel(reading, cell_trimmed(at, stop), ',', (*channels)++, series, error);
        at = more ? stop + 2 : end;
    }
    return status;
}

static enum status read_arff(struct reading *reading, struct cell line, struct error *error)
{
    const char *end = line.begin + line.length, *comma = end;
    struct series series = {.first = reading->file->value_count, .line = reading->line};
    size_t channels = 1;
    if (*line.begin == '{')
        return wrong(reading, error, "is a sparse line ({...}); lines with all values are wanted");
    while (comma > line.begin && comma[-1] != ',')
        comma--;
    if (comma == line.begin)
        return wrong(reading, error, "has no comma; a line is the values and the class, separated by commas");
    const struct cell values = cell_trimmed(line.begin, comma - 1);
    const bool quoted = values.length >= 2 && (*values.begin == '\'' || *values.begin == '"') &&
                        values.begin[values.length - 1] == *values.begin;
    enum status status = quoted ? read_relation(reading, without_quotes(values), &series, &channels, error)
                                : read_channel(reading, values, ',', 0, &series, error);
    if (status == STATUS_OK)
        status = read_label(reading, cell_trimmed(comma, end), &series.label, error);
    return status == STATUS_OK ? end_series(reading, &series, channels, error) : status;
}

/* ---- the whole file ---- */

static bool begins_with(struct cell line, const char *word)
{
    const size_t length = strlen(word);
    return line.length >= length && strncasecmp(line.begin, word, length) == 0;
}

/* Whether a line with @ says something that forbids reading the file. */
static enum status check_header(const struct reading *reading, struct cell line, struct error *error)
{
    const char *end = line.begin + line.length, *at = line.begin;
    while (at < end && *at != ' ' && *at != '\t')
        at++;
    const struct cell value = cell_trimmed(at, end);
    if (begins_with(line, "@timestamps") && begins_with(value, "true"))
        return wrong(reading, error, "has time stamps; only series at equal steps, without them, are read");
    if ((begins_with(line, "@classlabel") && !begins_with(value, "true")) || begins_with(line, "@targetlabel"))
        return wrong(reading, error, "says that the series have no classes; without them nothing can be learned");
    return STATUS_OK;
}

/* The next line that is neither empty nor a comment. False: there is none. */
static bool next_line(struct reading *reading, struct cell *line)
{
    while (cell_line(&reading->next, reading->end, line)) {
        reading->line++;
        *line = cell_trimmed(line->begin, line->begin + line->length);
        if (line->length > 0 && *line->begin != '#' && *line->begin != '%')
            return true;
    }
    return false;
}

static enum status read_header(struct reading *reading, struct cell *line, bool *there, struct error *error)
{
    enum status status = STATUS_OK;
    *there = next_line(reading, line);
    if (!*there || *line->begin != '@')
        return STATUS_OK;
    reading->form = FORM_TS;
    for (; *there && !begins_with(*line, "@data"); *there = next_line(reading, line)) {
        if (begins_with(*line, "@relation") || begins_with(*line, "@attribute"))
            reading->form = FORM_ARFF;
        status = *line->begin == '@' ? check_header(reading, *line, error)
                                     : wrong(reading, error, "stands before @data but does not begin with @");
        if (status != STATUS_OK)
            return status;
    }
    *there = *there && next_line(reading, line);
    return STATUS_OK;
}

static enum status read_all(struct reading *reading, struct error *error)
{
    static enum status (*const read[])(struct reading *, struct cell, struct error *) = {
        [FORM_UCR] = read_ucr, [FORM_TS] = read_ts, [FORM_ARFF] = read_arff};
    struct cell line;
    bool there;
    enum status status = read_header(reading, &line, &there, error);
    for (; there && status == STATUS_OK; there = next_line(reading, &line))
        status = read[reading->form](reading, line, error);
    if (status == STATUS_OK && reading->file->count == 0)
        return error_set(error, STATUS_DATA, "%s: has no series; is it a whole copy?", reading->file->name);
    return status;
}

enum status series_file_read(const char *text, size_t count, const char *name, struct texts *labels, bool closed,
                             size_t limit, struct series_file *file, struct error *error)
{
    static const char mark[] = "\xEF\xBB\xBF"; /* of byte order */
    struct reading reading = {
        .file = file, .labels = labels, .closed = closed, .limit = limit, .next = text, .end = text + count};
    *file = (struct series_file){.name = name};
    const char *other = file_kind((const uint8_t *)text, count);
    const char *zero = count > 0 ? memchr(text, 0, count) : NULL;
    if (other)
        return error_set(error, STATUS_DATA, "%s: is %s, and not text of series in UTF-8", name, other);
    if (zero)
        return error_set(error, STATUS_DATA, "%s: is no text (byte %zu is 0)", name, (size_t)(zero - text) + 1);
    if (count >= strlen(mark) && memcmp(text, mark, strlen(mark)) == 0)
        reading.next += strlen(mark);
    return read_all(&reading, error);
}

void series_file_free(struct series_file *file)
{
    memory_free(file->series);
    memory_free(file->values);
    *file = (struct series_file){0};
}

/* ---- lengths ---- */

static const float *channel_of(const struct series_file *file, const struct series *series, size_t channel)
{
    return file->values + series->first + channel * series->length;
}

/* How long a series is without what is missing at its end in all channels. */
static size_t trimmed_length(const struct series_file *file, const struct series *series)
{
    size_t longest = 0;
    for (size_t c = 0; c < file->channels; c++) {
        const float *values = channel_of(file, series, c);
        size_t length = series->length;
        while (length > longest && isnan(values[length - 1]))
            length--;
        longest = larger(longest, length);
    }
    return longest;
}

void series_file_trim(struct series_file *file, enum series_lengths lengths)
{
    for (size_t i = 0; i < file->count && lengths != SERIES_LENGTHS_REFUSE; i++) {
        struct series *series = &file->series[i];
        const size_t length = trimmed_length(file, series);
        if (length == 0)
            continue; /* of nothing but missing values: said later */
        for (size_t c = 1; c < file->channels; c++)
            memmove(file->values + series->first + c * length, channel_of(file, series, c), length * sizeof(float));
        series->length = length;
    }
}

size_t series_file_longest(const struct series_file *file)
{
    size_t longest = 0;
    for (size_t i = 0; i < file->count; i++)
        longest = larger(longest, file->series[i].length);
    return longest;
}

size_t series_file_missing(const struct series_file *file)
{
    size_t count = 0;
    for (size_t i = 0; i < file->count; i++) {
        const struct series *series = &file->series[i];
        for (size_t j = 0; j < series->length * file->channels; j++)
            count += isnan(file->values[series->first + j]);
    }
    return count;
}

/* ---- items ---- */

/* Fills the gaps of one channel. False: it has no value at all. */
static bool interpolate(float *values, size_t length)
{
    size_t last = length; /* the last value seen */
    for (size_t i = 0; i < length; i++) {
        if (isnan(values[i]))
            continue;
        const float from = last < length ? values[last] : values[i];
        const size_t first = last < length ? last + 1 : 0;
        for (size_t j = first; j < i; j++)
            values[j] = last < length ? from + (values[i] - from) * (float)(j - last) / (float)(i - last) : from;
        last = i;
    }
    for (size_t j = last + 1; j < length; j++)
        values[j] = values[last];
    return last < length;
}

static enum status refuse_missing(const struct series_file *file, const struct series *series, size_t channel,
                                  const float *values, struct error *error)
{
    size_t at = 0;
    while (!isnan(values[at]))
        at++;
    bool to_the_end = true;
    for (size_t i = at; i < series->length; i++)
        to_the_end = to_the_end && isnan(values[i]);
    char where[48] = "";
    if (file->channels > 1)
        (void)snprintf(where, sizeof where, " of channel %zu", channel + 1);
    return error_set(error, STATUS_DATA,
                     "%s:%zu: value %zu%s is missing; set data.missing = interpolate to fill it in from its "
                     "neighbours%s",
                     file->name, series->line, at + 1, where,
                     to_the_end ? ", or, since all that follow are missing too, data.lengths = pad or stretch" : "");
}

/* A channel of `from` values as one of `to`. */
static void fit(const float *values, size_t from, enum series_lengths lengths, size_t to, size_t step, float *out)
{
    for (size_t i = 0; i < to; i++) {
        if (lengths != SERIES_LENGTHS_STRETCH || from == to) {
            out[i * step] = values[smaller(i, from - 1)];
            continue;
        }
        const double place = to > 1 ? (double)i * (double)(from - 1) / (double)(to - 1) : 0;
        const size_t below = smaller((size_t)place, from - 1), above = smaller(below + 1, from - 1);
        const double share = place - (double)below;
        out[i * step] = (float)((1 - share) * (double)values[below] + share * (double)values[above]);
    }
}

/* `values` [longest] is for one channel's. */
static enum status make_item(const struct series_file *file, const struct series *series, size_t length,
                             enum series_missing missing, enum series_lengths lengths, float *values, float *out,
                             struct error *error)
{
    if (lengths == SERIES_LENGTHS_REFUSE && series->length != length)
        return error_set(error, STATUS_DATA,
                         "%s:%zu: has %zu values where %zu are wanted, as in the first series of the training file; "
                         "set data.lengths = pad or stretch for series of unequal lengths",
                         file->name, series->line, series->length, length);
    for (size_t c = 0; c < file->channels; c++) {
        memcpy(values, channel_of(file, series, c), series->length * sizeof *values);
        bool gaps = false;
        for (size_t i = 0; i < series->length; i++)
            gaps = gaps || isnan(values[i]);
        if (gaps && missing == SERIES_MISSING_REFUSE)
            return refuse_missing(file, series, c, values, error);
        if (gaps && !interpolate(values, series->length))
            return error_set(error, STATUS_DATA, "%s:%zu: no value of channel %zu is there; leave the series out",
                             file->name, series->line, c + 1);
        fit(values, series->length, lengths, length, file->channels, out + c);
    }
    return STATUS_OK;
}

enum status series_file_items(const struct series_file *file, size_t length, enum series_missing missing,
                              enum series_lengths lengths, struct items *items, struct error *error)
{
    const struct dataset_kind kind = {.shape = {length, 1, file->channels}, .scale = 1};
    *items = (struct items){0};
    if (size_multiply(file->count, shape_size(kind.shape)) > VALUES_MAX)
        return error_set(error, STATUS_DATA,
                         "%s: has %zu series, which would have %zu values each; %d are the most for all of them "
                         "together: leave out the longest",
                         file->name, file->count, shape_size(kind.shape), VALUES_MAX);
    float *values = memory_alloc(series_file_longest(file), sizeof *values, error);
    enum status status = values ? items_alloc(items, &kind, file->count, false, error) : STATUS_NO_MEMORY;
    for (size_t i = 0; i < file->count && status == STATUS_OK; i++)
        status = make_item(file, &file->series[i], length, missing, lengths, values,
                           items->values + i * shape_size(kind.shape), error);
    memory_free(values);
    return status;
}
