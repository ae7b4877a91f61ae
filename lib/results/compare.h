/* lib/results/compare.h: do two directories of tables say the same, within their intervals?
 *
 * A directory holds TABLE.csv files as `tenth table` prints them, or has them in tables/. It compares the numbers that
 * have an interval over items (metrics), of runs of the same name, at the same point of a curve. Two means
 * over seeds agree if they differ by no more than the interval of their difference: the seeds' part (Student, pooled;
 * known with three runs in all) and the items' parts, added in squares. One in twenty such intervals would fail by
 * chance, so they are widened to hold jointly with 95 % (stats_simultaneous). */
#ifndef TENTH_RESULTS_COMPARE_H
#define TENTH_RESULTS_COMPARE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/error.h"

enum { COMPARE_TEXT_SIZE = 256 };

/* One number on both sides. */
struct compared {
    const char *table, *quantity;
    char run[COMPARE_TEXT_SIZE];  /* without the seed */
    char part[COMPARE_TEXT_SIZE]; /* "snr", "noise", ... */
    double point;                 /* fraction or strength; NaN: none */
    double a, b;                  /* means over seeds */
    size_t a_seeds, b_seeds;
    double allowed; /* half of the widened interval of the difference */
    double ratio;   /* |a - b| / allowed: above 1 they disagree */
};

struct comparison {
    struct compared *rows; /* [count], the worst first */
    size_t count, disagreeing;
    size_t alone;          /* numbers that only one side has */
    size_t without_spread; /* numbers whose seeds' part is not known */
    char *configs;      /* keys that two runs of one name do not share, a run a line: "m: train.epochs 40 against 32" */
    char sources[1024]; /* data sets that were not measured on the same data: "mnist: X against Y; " */
};

/* The caller frees, also after a failure. STATUS_DATA: a directory has no table, or an unreadable one. STATUS_USAGE:
 * they have no number in common. */
enum status compare_directories(const char *a, const char *b, struct comparison *comparison, struct error *error);
void comparison_free(struct comparison *comparison);

/* Whether nothing disagrees: no number, and no data set measured on other data. Configs may differ: they are named as a
 * possible cause of differences. */
bool comparison_agrees(const struct comparison *comparison);

#endif
