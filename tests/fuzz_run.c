/* tests/fuzz_run.c: any content of a run's file, in the form that other programs could write it, so that neither HDF5's
 * parser nor its checksums stand before ours. The input is text, a line for each thing in the file:
 *
 *   @OBJECT KEY TEXT        an attribute; ~ stands for the end of a line
 *   #OBJECT KEY NUMBER      another
 *   fNAME EXTENTS : VALUES  an array of floats; dNAME: of doubles; bNAME: of bytes; tNAME: of texts. Extents and values
 *                           are parted by blanks; the values begin anew where they are too few
 *
 * Whatever it is, every table of it is rows or an error. `make fuzz` runs it. */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <hdf5.h>

#include "core/memory.h"
#include "core/size.h"
#include "results/derived.h"
#include "results/tabulate.h"
#include "run/run_file.h"
#include "run/tables.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count);

enum { ELEMENTS_MAX = 1 << 14, VALUES_MAX = 256, LINES_MAX = 200 };

static char path[300];

static void require(int condition)
{
    if (!condition)
        abort();
}

static void leave(void)
{
    (void)unlink(path);
}

static void enter(void)
{
    const char *root = getenv("TMPDIR");
    (void)snprintf(path, sizeof path, "%s/tenth-fuzz-%ld.h5", root && *root ? root : "/tmp", (long)getpid());
    (void)atexit(leave);
    store_init();
    (void)H5set_free_list_limits(-1, -1, -1, -1, -1, -1); /* each opening clears some megabytes: the same ones again */
}

/* The next word of the line; NULL after the last. */
static char *word(char **rest)
{
    char *begin = *rest + strspn(*rest, " ");
    char *end = begin + strcspn(begin, " ");
    *rest = end + (*end != '\0');
    *end = '\0';
    return *begin ? begin : NULL;
}

static void put_attribute(struct store *store, char kind, char *line)
{
    const char *object = word(&line), *key = word(&line);
    if (!object || object[0] != '/' || !key)
        return;
    for (char *c = line; *c; c++)
        *c = *c == '~' ? '\n' : *c;
    if (kind == '@')
        (void)store_set_text(store, object, key, line, NULL);
    else
        (void)store_set_number(store, object, key, strtod(line, NULL), NULL);
}

struct array {
    size_t rank, shape[STORE_RANK_MAX], elements;
    char *values[VALUES_MAX];
    size_t value_count;
};

static void put_elements(struct store *store, char kind, const char *name, const struct array *array)
{
    double *doubles = memory_alloc(array->elements, sizeof *doubles, NULL);
    float *floats = memory_alloc(array->elements, sizeof *floats, NULL);
    uint8_t *bytes = memory_alloc(array->elements, 1, NULL);
    const char **texts = memory_alloc(array->elements, sizeof *texts, NULL);
    require(doubles && floats && bytes && texts);
    for (size_t i = 0; i < array->elements; i++) {
        texts[i] = array->value_count > 0 ? array->values[i % array->value_count] : "";
        doubles[i] = strtod(texts[i], NULL);
        floats[i] = (float)doubles[i];
        bytes[i] = (uint8_t)strtol(texts[i], NULL, 10);
    }
    if (kind == 'f')
        (void)store_write_float(store, name, array->rank, array->shape, floats, NULL);
    else if (kind == 'd')
        (void)store_write_double(store, name, array->rank, array->shape, doubles, NULL);
    else if (kind == 'b')
        (void)store_write_bytes(store, name, array->rank, array->shape, bytes, NULL);
    else
        (void)store_write_texts(store, name, array->elements, texts, NULL);
    memory_free(doubles);
    memory_free(floats);
    memory_free(bytes);
    memory_free(texts);
}

static void put_array(struct store *store, char kind, char *line)
{
    struct array array = {.elements = 1};
    const char *name = word(&line);
    char *next = word(&line);
    for (; next && strcmp(next, ":") != 0 && array.rank < STORE_RANK_MAX; next = word(&line)) {
        array.shape[array.rank] = smaller(strtoul(next, NULL, 10), ELEMENTS_MAX);
        array.elements *= array.shape[array.rank++];
        if (array.elements > ELEMENTS_MAX)
            return;
    }
    while (array.value_count < VALUES_MAX && (next = word(&line)))
        array.values[array.value_count++] = next;
    if (name && name[0] == '/' && array.rank > 0)
        put_elements(store, kind, name, &array);
}

static bool write_file(char *text)
{
    struct store *store;
    struct error error = {0};
    require(store_create(path, &store, &error) == STATUS_OK);
    size_t lines = 0;
    for (char *line = text, *next; line && lines < LINES_MAX; line = next, lines++) {
        next = strchr(line, '\n');
        if (next)
            *next++ = '\0';
        if (*line == '@' || *line == '#')
            put_attribute(store, *line, line + 1);
        else if (*line && strchr("fdbt", *line))
            put_array(store, *line, line + 1);
    }
    return store_commit(store, &error) == STATUS_OK; /* not where a writing failed */
}

/* Each table of the file, opened once: opening takes HDF5 most of the time. */
static void read_file(void)
{
    struct error error = {0};
    struct run_file file;
    struct trained trained = {0};
    struct config config;
    bool there;
    size_t kinds;
    const struct table_kind *kind = table_kinds(&kinds);
    enum status status = run_file_open(path, &file, &error);
    require(status == STATUS_OK || error.message[0]);
    for (size_t k = 0; status == STATUS_OK && k < kinds; k++) {
        struct error local = {0};
        struct table *table = kind[k].origin == TABLE_OF_RUNS ? table_create(&kind[k], &local) : NULL;
        require(!table || derived_rows(&file, table, &local) == STATUS_OK || local.message[0]);
        table_free(table);
    }
    if (status == STATUS_OK) {
        status = run_file_trained(&file, &config, &trained, &there, &error);
        require(status == STATUS_OK || error.message[0]);
    }
    trained_free(&trained);
    run_file_close(&file);
}

/* One table as the program makes it, of several files: bands and claims have ways of their own. */
static void read_table(size_t number)
{
    const char *const paths[] = {path};
    size_t kinds;
    const struct table_kind *kind = table_kinds(&kinds);
    kind += number % kinds;
    struct error error = {0};
    struct table *table = table_create(kind, &error);
    require(table != NULL);
    require(kind->origin != TABLE_OF_RUNS || tabulate(table, paths, 1, &error) == STATUS_OK || error.message[0]);
    table_free(table);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    char *text = malloc(count + 1);
    require(text != NULL);
    if (!path[0])
        enter();
    if (count > 0)
        memcpy(text, bytes, count);
    text[count] = '\0';
    if (write_file(text)) {
        read_file();
        read_table(count);
    }
    free(text);
    return 0;
}
