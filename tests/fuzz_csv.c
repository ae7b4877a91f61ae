/* tests/fuzz_csv.c: any text as CSV, and as the CSV of each kind of table. What is accepted as a table reads back from
 * what is written of it, byte by byte. `make fuzz` runs it. */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/memory.h"
#include "io/csv.h"
#include "run/tables.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count);

static void require(int condition)
{
    if (!condition)
        abort();
}

static void check_cells(const char *text)
{
    struct csv csv;
    struct error error = {0};
    enum status status = csv_parse(text, "fuzz", &csv, &error);
    require(status == STATUS_OK || (status == STATUS_DATA && error.message[0]));
    size_t bytes = 0;
    for (size_t row = 0; row < csv.rows; row++) {
        for (size_t column = 0; column < csv.columns; column++) {
            bytes += strlen(csv_cell(&csv, row, column));
            (void)csv_number(&csv, row, column);
        }
    }
    require(bytes <= strlen(text));
    csv_free(&csv);
}

/* The caller frees. */
static char *write(const struct table *table, enum table_format format)
{
    char *text = NULL;
    size_t size;
    struct error error = {0};
    FILE *stream = open_memstream(&text, &size);
    require(stream != NULL);
    require(table_write(table, format, stream, &error) == STATUS_OK);
    require(fclose(stream) == 0 && text);
    return text;
}

static void check_again(const struct table *table)
{
    struct error error = {0};
    struct table *again = table_create(table_kind_of(table), &error);
    char *text = write(table, TABLE_CSV);
    require(again && table_read_csv(again, text, "again", &error) == STATUS_OK);
    require(table_rows(again) == table_rows(table));
    char *text_again = write(again, TABLE_CSV), *tabs = write(again, TABLE_TSV);
    require(strcmp(text, text_again) == 0);
    free(text);
    free(text_again);
    free(tabs);
    table_free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    size_t kinds;
    const struct table_kind *kind = table_kinds(&kinds);
    char *text = malloc(count + 1); /* of its own size, so that reading beyond it is seen */
    require(text != NULL);
    if (count > 0)
        memcpy(text, bytes, count);
    text[count] = '\0';
    check_cells(text);
    for (size_t k = 0; k < kinds; k++) {
        struct error error = {0};
        struct table *table = table_create(&kind[k], &error);
        require(table != NULL);
        enum status status = table_read_csv(table, text, "fuzz", &error);
        require(status == STATUS_OK || (error.message[0] && table_rows(table) == 0));
        if (status == STATUS_OK && table_rows(table) > 0)
            check_again(table);
        table_free(table);
    }
    free(text);
    return 0;
}
