/* lib/data/own_survey.h: what a file of data is, by its content alone. */
#ifndef TENTH_DATA_OWN_SURVEY_H
#define TENTH_DATA_OWN_SURVEY_H

#include <stdbool.h>
#include <stddef.h>

#include "core/error.h"
#include "core/shape.h"
#include "core/texts.h"
#include "io/sha256.h"

struct own_survey {
    const char *format, *title; /* name in configs, and in words */
    size_t items;
    struct shape shape;                /* of an item; of series, of the longest */
    size_t shortest, longest;          /* series: values of each channel */
    bool only_labels;                  /* a file of labels beside one of items: nothing else is known but the classes */
    bool of_numbers;                   /* values are any numbers, and not bytes */
    double low, high, mean, deviation; /* of the values that are there */
    size_t missing;                    /* values */
    struct texts labels;               /* of the classes */
    size_t *order, *of_label;          /* [texts_count]: their order (label.h), and the items of each; NULL: the file
                                          has no labels */
    char sha256[SHA256_HEX_SIZE];
};

/* Reads all of the file, or directory. STATUS_DATA: it is of no kind that is read, or wrong. The caller frees with
 * own_survey_free, also after a failure. */
enum status own_survey_make(const char *path, struct own_survey *survey, struct error *error);
void own_survey_free(struct own_survey *survey);

#endif
