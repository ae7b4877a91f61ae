/* lib/run/run_file.h: a run's file read alone: what it says about the run, without the run's data. What is computed
 * from stored results long after the run (derived tables, claims) starts here. */
#ifndef TENTH_RUN_RUN_FILE_H
#define TENTH_RUN_RUN_FILE_H

#include <stdbool.h>
#include <stdint.h>

#include "bayes/metric.h"
#include "core/error.h"
#include "config/config.h"
#include "io/store.h"
#include "io/table.h"
#include "run/kept.h"
#include "run/run.h"

enum { RUN_NAME_SIZE = 256 };

struct run_file {
    struct store *store;
    char base[RUN_NAME_SIZE]; /* the run's name without "_seedN": what the seeds of a run share */
    char *run, *dataset, *method, *data_source;
    bool labelled;                   /* base and run are not the stored ones (results/labelled.h) */
    const struct dataset_kind *kind; /* the data set: a row, or `own`; NULL: a row that this version does not have */
    struct dataset_kind *own;        /* as the file has it, for a set that its config describes; NULL */
    char *data_identity;             /* of the run's data (dataset_identity) */
    uint64_t seed;
    struct asked *asked; /* as evidence (asked.h); NULL: it is not evidence */
};

/* The name of a run without "_seedN"; a name without it is unchanged. */
void run_base_name(const char *run, char base[RUN_NAME_SIZE]);

/* The caller closes, also after a failure. */
enum status run_file_open(const char *path, struct run_file *file, struct error *error);
void run_file_close(struct run_file *file);

/* The config that the run was made with; the caller frees with config_free (NULL on failure). run_file_config resolves
 * it. */
enum status run_file_source(const struct run_file *file, struct config_source **source, struct error *error);
enum status run_file_config(const struct run_file *file, struct config *config, struct error *error);

/* Its named sections, as config_section_text gives them; NULL if the file has no config. The caller frees with
 * memory_free. */
enum status run_file_sections(const struct run_file *file, const char *sections, char **text, struct error *error);

/* The file's config, resolved, and the network and posterior that it describes, with the stored means and sigmas;
 * *there is false, and both are unchanged, if the file has none (not trained yet). STATUS_DATA: they do not fit that
 * network. The caller frees with trained_free, also after a failure; *trained is zero beforehand. */
enum status run_file_trained(const struct run_file *file, struct config *config, struct trained *trained, bool *there,
                             struct error *error);

/* A row of `kind` with the run's dataset, method, seed and name; the other cells are NaN and "". */
struct row run_file_row(const struct run_file *file, const struct table_kind *kind);

/* Stored probabilities: an array OBJECT/probability [slices][samples][items][classes], whose rank may lack the slices,
 * or the slices and the samples, and where none is 0, with the labels at OBJECT/label or, for a part's own choice of
 * items, OBJECT/labels. Samples are averaged. How they differ is computed from them, or else from what is kept of them
 * (kept.h); NULL if the file has neither. */
struct stored {
    size_t slices, items, classes;
    float *mean;         /* [slices][items][classes] */
    float *std;          /* [slices][items][classes] */
    float *aleatoric;    /* [slices][items] */
    float *sampled_nll;  /* [slices][items] */
    float *disagreement; /* [slices][items] */
    uint8_t *labels;     /* [items] */
};
enum status run_file_stored(const struct run_file *file, const char *object, struct stored *stored,
                            struct error *error); /* the caller frees with stored_free */
void stored_free(struct stored *stored);

/* As run_file_stored; *there is false, and nothing is read, if the file has no such object. */
enum status run_file_stored_if_there(const struct run_file *file, const char *object, struct stored *stored,
                                     bool *there, struct error *error);

/* The numbers that name the groups of /pruned, in ascending order; the caller frees with memory_free. */
enum status run_file_pruned(const struct run_file *file, double **fractions, size_t *count, struct error *error);

/* STATUS_DATA if the array `name`, as read, has a number that is not a probability; NaN passes. */
enum status stored_check(const struct store *store, const char *name, const float *all, size_t count,
                         struct error *error);

/* Slice `slice` as a prediction whose samples are not kept; borrows from `stored`, not to be freed. */
struct prediction stored_slice(const struct stored *stored, size_t slice);

#endif
