/* lib/config/config_read.c: config files.
 *
 * inih cuts a line into section, key and value. What it would silently misread is refused first, in read_line, which
 * feeds it checked lines one by one: lines too long for it (cut), indented lines (folded into the value before),
 * sections without keys (never reported), text after a section (dropped). It also leaves duplicates to us. */
#include <ctype.h>
#include <ini.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "core/memory.h"
#include "io/atomic_file.h"
#include "config/config_private.h"

enum { FILE_BYTES_MAX = 1 << 20, FILES_MAX = 64, DEPTH_MAX = 16, REASON_SIZE = 768 };

/* A file's identity, whatever path leads to it. */
struct file_id {
    dev_t device;
    ino_t inode;
};

/* The files seen by one config_read. */
struct file_list {
    struct file_id files[FILES_MAX];
    size_t count;
};

/* One file (or text) being read. */
struct reading {
    struct config_source *source;
    struct file_list *list;
    const struct reading *parent; /* the file that names this one as a base; NULL for the first */
    struct file_id id;
    bool is_file;
    const char *name;      /* in messages */
    const char *directory; /* directory of bases, ending with / or empty; NULL: no bases here */
    size_t depth;
    const char *next;   /* the remaining text; NULL after the last line */
    size_t line_number; /* of the current line, from 1 */
    char *place;        /* NAME:LINE of it */
    size_t place_size;
    size_t base_line;                   /* line of base; 0: not yet */
    bool in_section;                    /* a section has begun */
    size_t key_lines[CONFIG_KEY_COUNT]; /* line of each key in this file; 0: not yet */
    enum status status;
    struct error *error;
};

/* Notes a failure at the current line; returns 0, inih's failure. */
__attribute__((format(printf, 2, 3))) static int fail(struct reading *reading, const char *format, ...)
{
    char reason[REASON_SIZE];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(reason, sizeof reason, format, arguments);
    va_end(arguments);
    reading->status = error_set(reading->error, STATUS_USAGE, "%s: %s", reading->place,
                                length >= 0 ? reason : "the line cannot be read");
    return 0;
}

/* ---- lines ---- */

/* [begin, end): the line's text without comment, line end and trailing spaces. */
struct line {
    const char *begin, *end;
};

/* A comment is a line that begins with ; or #, or what follows a ; after a space. */
static struct line strip(struct line line)
{
    const char *first = line.begin;
    while (first < line.end && isspace((unsigned char)*first))
        first++;
    if (first == line.end || *first == ';' || *first == '#')
        return (struct line){line.begin, line.begin};
    for (const char *c = first + 1; c < line.end; c++) {
        if (*c == ';' && isspace((unsigned char)c[-1]))
            line.end = c;
    }
    while (line.end > line.begin && isspace((unsigned char)line.end[-1]))
        line.end--;
    return line;
}

/* Takes the next line off the text. */
static struct line take_line(struct reading *reading)
{
    static const char byte_order_mark[] = "\xEF\xBB\xBF";
    struct line line = {reading->next, reading->next + strcspn(reading->next, "\n")};
    reading->next = *line.end == '\n' ? line.end + 1 : NULL;
    reading->line_number++;
    (void)snprintf(reading->place, reading->place_size, "%s:%zu", reading->name, reading->line_number);
    if (reading->line_number == 1 && strncmp(line.begin, byte_order_mark, strlen(byte_order_mark)) == 0)
        line.begin += strlen(byte_order_mark);
    if (line.end > line.begin && line.end[-1] == '\r')
        line.end--;
    return line;
}

/* [section], and nothing after it. */
static int check_section(struct reading *reading, struct line line)
{
    const char *bracket = memchr(line.begin, ']', (size_t)(line.end - line.begin));
    if (!bracket)
        return fail(reading, "the section has no ] at its end");
    if (bracket + 1 != line.end)
        return fail(reading, "there is text behind [section]; a comment begins with \" ;\"");
    char name[64];
    (void)snprintf(name, sizeof name, "%.*s", (int)(bracket - line.begin - 1), line.begin + 1);
    size_t count;
    const struct config_section *sections = config_sections(&count);
    bool known = strcmp(name, "sweep") == 0;
    for (size_t s = 0; s < count && !known; s++)
        known = strcmp(name, sections[s].name) == 0;
    if (!known)
        reading->status = config_section_unknown(reading->place, name, reading->error);
    reading->in_section = true;
    return known;
}

/* 0 if the line must not reach inih, whose buffer has `room` bytes including a line end and a 0. */
static int check_line(struct reading *reading, struct line line, int room)
{
    for (const char *c = line.begin; c < line.end; c++) {
        if (iscntrl((unsigned char)*c) && *c != '\t')
            return fail(reading, "the line holds a control character (byte value %d); is it a text file?", *c);
    }
    size_t length = (size_t)(line.end - line.begin);
    if (length == 0)
        return 1;
    if (isspace((unsigned char)*line.begin))
        return fail(reading, "the line is indented, and would continue the value before it; remove the spaces");
    if (room < 2 || length > (size_t)room - 2)
        return fail(reading,
                    "the line has %zu bytes before its comment, and %d are the most; evenly spaced values can be "
                    "written FROM:TO:COUNT",
                    length, room - 2);
    if (*line.begin == '[')
        return check_section(reading, line);
    size_t key = strcspn(line.begin, "=:\n");
    if (key == 0 || key >= length)
        return fail(reading, "the line is neither [section] nor key = value");
    return 1;
}

/* inih calls it for each line, like fgets. */
static char *read_line(char *buffer, int room, void *user)
{
    struct reading *reading = user;
    if (reading->status != STATUS_OK || !reading->next || !*reading->next)
        return NULL;
    struct line line = strip(take_line(reading));
    if (!check_line(reading, line, room))
        return NULL;
    size_t length = (size_t)(line.end - line.begin);
    memcpy(buffer, line.begin, length);
    memcpy(buffer + length, "\n", 2);
    return buffer;
}

/* ---- bases ---- */

static enum status read_file(const char *path, const struct reading *parent, struct config_source *source,
                             struct file_list *list, struct error *error);

/* A file must not be a base of itself. The message shows the path from it to here. */
static int check_cycle(struct reading *reading, const char *base, struct file_id id)
{
    const struct reading *chain[DEPTH_MAX + 1];
    size_t count = 0;
    bool found = false;
    for (const struct reading *r = reading; r && !found && count <= DEPTH_MAX; r = r->parent) {
        chain[count++] = r;
        found = r->is_file && r->id.device == id.device && r->id.inode == id.inode;
    }
    if (!found)
        return 1;
    char text[REASON_SIZE / 2] = "";
    while (count-- > 0) {
        strncat(text, chain[count]->name, sizeof text - strlen(text) - 1);
        strncat(text, " -> ", sizeof text - strlen(text) - 1);
    }
    return fail(reading, "base = %s goes in a circle: %s%s", base, text, base);
}

/* A base already read on another path is not read again: it would undo what was set over it. Within one file's bases
 * that must be a mistake. `first`: how many files were known before this file's bases. */
static int read_base(struct reading *reading, const char *base, const char *path, size_t first)
{
    struct stat about;
    if (stat(path, &about) != 0)
        return fail(reading, "base = %s: there is no file %s; bases are relative to the file that names them", base,
                    path);
    struct file_id id = {about.st_dev, about.st_ino};
    if (!check_cycle(reading, base, id))
        return 0;
    for (size_t i = 0; i < reading->list->count; i++) {
        if (reading->list->files[i].device != id.device || reading->list->files[i].inode != id.inode)
            continue;
        if (i >= first)
            return fail(reading, "base = %s is here twice, by itself or through a base before it; name it once", base);
        return 1;
    }
    if (reading->depth == DEPTH_MAX)
        return fail(reading, "base = %s: bases are nested more than %d deep", base, DEPTH_MAX);
    reading->status = read_file(path, reading, reading->source, reading->list, reading->error);
    return reading->status == STATUS_OK;
}

/* base = FILE[, FILE...]: read immediately, so that what follows in this file wins. */
static int handle_base(struct reading *reading, const char *value)
{
    if (reading->base_line > 0)
        return fail(reading, "base was given in line %zu already; write base = FILE, FILE", reading->base_line);
    reading->base_line = reading->line_number;
    if (!reading->directory)
        return fail(reading, "base is not allowed here: the text has no directory that it could be relative to");
    size_t size = strlen(reading->directory) + strlen(value) + 1, first = reading->list->count;
    char *path = memory_alloc(size, 1, reading->error); /* for the longest */
    if (!path) {
        reading->status = STATUS_NO_MEMORY;
        return 0;
    }
    int good = 1;
    for (const char *rest = value; rest && good;) {
        const char *begin = rest + strspn(rest, " \t"), *end = begin + strcspn(begin, ",");
        rest = *end == ',' ? end + 1 : NULL;
        while (end > begin && isspace((unsigned char)end[-1]))
            end--;
        const char *directory = *begin == '/' ? "" : reading->directory;
        (void)snprintf(path, size, "%s%.*s", directory, (int)(end - begin), begin);
        good = begin < end ? read_base(reading, path + strlen(directory), path, first)
                           : fail(reading, "base = FILE, FILE has an empty name");
    }
    memory_free(path);
    return good;
}

/* ---- keys ---- */

/* Notes a key's line; 0 if the key was already in this file. */
static int note_key(struct reading *reading, size_t key)
{
    size_t *line = &reading->key_lines[key];
    if (*line > 0)
        return fail(reading, "%s was given in line %zu already", config_keys()[key].full_name, *line);
    *line = reading->line_number;
    return 1;
}

static int handle_sweep(struct reading *reading, const char *name, const char *value)
{
    size_t key = config_key_find_full(name);
    if (key < CONFIG_KEY_COUNT) {
        if (!note_key(reading, key))
            return 0;
        reading->status = config_source_sweep(reading->source, key, value, reading->place, reading->error);
    } else {
        const char *dot = strchr(name, '.');
        char section[64];
        (void)snprintf(section, sizeof section, "%.*s", dot ? (int)(dot - name) : 0, name);
        reading->status = config_key_unknown(reading->place, section, dot ? dot + 1 : name, reading->error);
    }
    return reading->status == STATUS_OK;
}

/* inih calls it for each key. After a failure read_line ends the text, so it is not called again. */
static int handle_pair(void *user, const char *section, const char *name, const char *value)
{
    struct reading *reading = user;
    if (!reading->in_section)
        return strcmp(name, "base") == 0
                   ? handle_base(reading, value)
                   : fail(reading, "%s stands before the first [section]; only base = FILE may", name);
    if (strcmp(section, "sweep") == 0)
        return handle_sweep(reading, name, value);
    size_t key = config_key_find(section, name);
    if (key == CONFIG_KEY_COUNT)
        reading->status = config_key_unknown(reading->place, section, name, reading->error);
    else if (note_key(reading, key))
        reading->status = config_source_set(reading->source, key, value, reading->place, reading->error);
    return reading->status == STATUS_OK;
}

/* ---- files ---- */

static enum status read_text(struct reading *reading, const char *text)
{
    reading->place_size = strlen(reading->name) + 3 * sizeof reading->line_number + sizeof ":";
    reading->place = memory_alloc(reading->place_size, 1, reading->error);
    if (!reading->place)
        return STATUS_NO_MEMORY;
    reading->next = text;
    reading->status = STATUS_OK;
    int outcome = ini_parse_stream(read_line, reading, handle_pair, reading);
    if (reading->status == STATUS_OK && outcome != 0) /* an inih built to use the heap had no memory */
        reading->status =
            error_set(reading->error, STATUS_NO_MEMORY, "%s: inih failed with %d", reading->name, outcome);
    memory_free(reading->place);
    reading->place = NULL;
    return reading->status;
}

/* The file's text; a config that is missing or not text is a mistake in usage, not in data. */
static enum status load_text(const char *path, char **text, struct error *error)
{
    unsigned char *bytes = NULL;
    size_t count = 0;
    enum status status = file_read(path, FILE_BYTES_MAX, &bytes, &count, error);
    if (status == STATUS_DATA) {
        if (error)
            error->status = STATUS_USAGE;
        return STATUS_USAGE;
    }
    if (status != STATUS_OK)
        return status;
    if (count >= 2 && (memcmp(bytes, "\xFF\xFE", 2) == 0 || memcmp(bytes, "\xFE\xFF", 2) == 0)) {
        memory_free(bytes);
        return error_set(error, STATUS_USAGE, "%s: is text in UTF-16; save it as UTF-8", path);
    }
    const unsigned char *zero = memchr(bytes, 0, count);
    if (zero) {
        size_t line = 1;
        for (const unsigned char *c = bytes; c < zero; c++)
            line += *c == '\n';
        memory_free(bytes);
        return error_set(error, STATUS_USAGE, "%s:%zu: the line holds a 0 byte; is it a text file?", path, line);
    }
    *text = (char *)bytes;
    return STATUS_OK;
}

/* The directory of a path with its /, or "" if the path has none; the caller frees with memory_free. */
static char *directory_of(const char *path, struct error *error)
{
    char *directory = memory_copy_text(path, error);
    if (!directory)
        return NULL;
    char *slash = strrchr(directory, '/');
    directory[slash ? slash + 1 - directory : 0] = '\0';
    return directory;
}

static enum status read_file(const char *path, const struct reading *parent, struct config_source *source,
                             struct file_list *list, struct error *error)
{
    char *text = NULL, *directory = NULL;
    struct stat about;
    enum status status = load_text(path, &text, error);
    if (status != STATUS_OK)
        return status;
    status = STATUS_USAGE;
    if (stat(path, &about) != 0) {
        (void)error_set(error, status, "%s: is not there any more", path);
        goto cleanup;
    }
    if (list->count == FILES_MAX) {
        (void)error_set(error, status, "%s: the config has more than %d files; use fewer bases", path, FILES_MAX);
        goto cleanup;
    }
    directory = directory_of(path, error);
    if (!directory) {
        status = STATUS_NO_MEMORY;
        goto cleanup;
    }
    struct reading reading = {.source = source,
                              .list = list,
                              .parent = parent,
                              .id = {about.st_dev, about.st_ino},
                              .is_file = true,
                              .name = path,
                              .directory = directory,
                              .depth = parent ? parent->depth + 1 : 0,
                              .error = error};
    list->files[list->count++] = reading.id;
    status = read_text(&reading, text);
cleanup:
    memory_free(directory);
    memory_free(text);
    return status;
}

static enum status check_cells(const struct config_source *source, const char *name, struct error *error)
{
    if (config_cells(source) <= CONFIG_CELLS_MAX)
        return STATUS_OK;
    return error_set(error, STATUS_USAGE, "%s: the sweep has more than %d cells; sweep fewer values", name,
                     CONFIG_CELLS_MAX);
}

/* Frees the source where reading failed, or where its sweep is out of hand. */
static enum status finish(enum status status, const char *name, struct config_source **source, struct error *error)
{
    if (status == STATUS_OK)
        status = check_cells(*source, name, error);
    if (status != STATUS_OK) {
        config_free(*source);
        *source = NULL;
    }
    return status;
}

enum status config_read(const char *path, struct config_source **source, struct error *error)
{
    *source = config_source_create(error);
    if (!*source)
        return STATUS_NO_MEMORY;
    struct file_list list = {.count = 0};
    return finish(read_file(path, NULL, *source, &list, error), path, source, error);
}

enum status config_overlay(struct config_source *source, const char *path, struct error *error)
{
    struct file_list list = {.count = 0};
    enum status status = read_file(path, NULL, source, &list, error);
    return status == STATUS_OK ? check_cells(source, path, error) : status;
}

enum status config_read_text(const char *text, const char *name, const char *directory, struct config_source **source,
                             struct error *error)
{
    *source = config_source_create(error);
    if (!*source)
        return STATUS_NO_MEMORY;
    struct file_list list = {.count = 0};
    struct reading reading = {.source = *source, .list = &list, .name = name, .error = error};
    enum status status = STATUS_NO_MEMORY;
    struct text_buffer prefix = text_begin(error);
    text_add(&prefix, "%s%s", directory ? directory : "", directory && directory[0] ? "/" : "");
    char *with_slash = text_take(&prefix);
    if (with_slash) {
        reading.directory = directory ? with_slash : NULL;
        status = read_text(&reading, text);
    }
    memory_free(with_slash);
    return finish(status, name, source, error);
}
