/* lib/data/series_file.h: files of classified series as they circulate, of any length and number of channels:
 *
 *   UCR    a series a line: its class, then its values, separated by tabs, commas or blanks (the archives of 2015,
 * 2018) .ts    header lines with @, then a series a line: its channels, separated by colons, and its class (sktime,
 * aeon) ARFF   header lines with @, then a series a line: its values, or its channels in quotes with \n between them,
 * and its class (Weka)
 *
 * The first line that is no comment tells which. Lines are as in cell.h. */
#ifndef TENTH_DATA_SERIES_FILE_H
#define TENTH_DATA_SERIES_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/error.h"
#include "core/texts.h"
#include "data/dataset.h"

/* What is done about values that are missing, and about series that are shorter or longer than the first. */
enum series_missing { SERIES_MISSING_REFUSE, SERIES_MISSING_INTERPOLATE };
enum series_lengths { SERIES_LENGTHS_REFUSE, SERIES_LENGTHS_PAD, SERIES_LENGTHS_STRETCH };

struct series {
    size_t first;  /* of its values, among those of the file */
    size_t length; /* of each channel */
    size_t line;   /* in the file, from 1 */
    size_t label;  /* number of its class's text */
};

struct series_file {
    const char *name; /* borrowed; in messages */
    size_t count, channels;
    struct series *series; /* [count] */
    float *values;         /* of all series, each [channels][length]; NaN: missing */
    size_t series_room, value_count, value_room;
};

/* Reads `count` bytes at `text`, and a 0 after them. Classes become numbers of `labels`, where 1, 1.0 and 1e0 are the
 * same; with `closed`, a class that is not there already is refused. STATUS_DATA names NAME:LINE and what is wrong
 * there. The caller frees with series_file_free, also after a failure. */
enum status series_file_read(const char *text, size_t count, const char *name, struct texts *labels, bool closed,
                             size_t limit, struct series_file *file, struct error *error);
void series_file_free(struct series_file *file);

/* Unless lengths are refused, leaves off what is missing at the end of a series in all channels: so shorter series are
 * written where all lines have the same number of columns. */
void series_file_trim(struct series_file *file, enum series_lengths lengths);

size_t series_file_longest(const struct series_file *file);

/* The number of missing values. */
size_t series_file_missing(const struct series_file *file);

/* The series as items of `length` x 1 x channels: a pad repeats the last value, and a longer series is cut; a stretched
 * one is interpolated linearly. Missing values lie on the line between their neighbours, at an end they are the
 * neighbour's. STATUS_DATA: what is refused, by its line and with the key that would allow it; a channel without any
 * value. items->labels are not set. Freed by items_free, also after a failure. */
enum status series_file_items(const struct series_file *file, size_t length, enum series_missing missing,
                              enum series_lengths lengths, struct items *items, struct error *error);

#endif
