/* lib/run/part.h: results that are added to a trained run's file in parts (a criterion, a perturbation), each saved
 * when it is ready, so that an interruption loses at most one part. */
#ifndef TENTH_RUN_PART_H
#define TENTH_RUN_PART_H

#include "bayes/metric.h"
#include "bayes/predictive.h"
#include "core/error.h"
#include "run/kept.h"
#include "run/run.h"

struct part {
    const char *table;  /* "prune"; also the group; NULL: no table has rows of it */
    const char *column; /* the table's column that names the part: "criterion" */
    const char *name;   /* "snr" */
    char object[96];    /* "/prune/snr" */
    char identity[SHA256_HEX_SIZE];
};

/* Describes a part and says whether the run's file already has it, with everything measured (run_measured). `sections`:
 * the config sections it depends on. */
enum status part_prepare(const struct run *run, const char *table, const char *column, const char *name,
                         const char *sections, struct part *part, bool *has, struct error *error);

/* The same for a described part that also depends on other data, with the identity `origin` (dataset_identity). */
enum status part_identify(const struct run *run, const char *sections, const char *origin, struct part *part, bool *has,
                          struct error *error);

/* A part that is measured on the network with `fraction` of its weights removed by the method's usual criterion, at
 * /pruned/FRACTION/GROUP/NAME (GROUP "": /pruned/FRACTION/NAME). No table has rows of it: they are derived from its
 * arrays. */
enum status part_prepare_pruned(const struct run *run, double fraction, const char *group, const char *name,
                                const char *sections, const char *origin, struct part *part, bool *has,
                                struct error *error);

/* What is left of the trained network in such a part: *keep [posterior size], NULL for fraction 0. The caller frees
 * with memory_free. */
enum status part_keep(const struct run *run, const struct trained *trained, double fraction, float **keep,
                      struct error *error);

/* Adds the part to the run's file: the arrays, the rows (NULL: none), replacing the part's earlier ones (the parts'
 * rows are in the order of their registry, whatever the order of measuring), the test items that were used (labels and
 * their indices into the test file), and the identity. STATUS_NOT_FINITE: an array has a number that is not finite; the
 * file is untouched. */
enum status part_save(const struct run *run, const struct part *part, const struct part_array *arrays, size_t count,
                      const struct table *rows, const struct test_items *items, struct error *error);

/* The names of the parts in a group of a run's file, such as "/prune", in alphabetical order: only members with an
 * identity, for other programs may have added others. None if the group is not there. The caller frees with
 * memory_free. */
enum status parts_list(struct store *store, const char *group, char ***names, size_t *count, struct error *error);

/* What every sweep over a trained run starts with: its network, a predictor that the monitor can stop, and `count` test
 * items (0: all). The caller frees each, also after a failure; all are zero beforehand. */
enum status sweep_load(const struct run *run, long count, const struct monitor *monitor, struct trained *trained,
                       struct predictor *predictor, struct test_items *items, struct error *error);

#endif
