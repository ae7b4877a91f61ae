/* lib/run/illustration.h: what the makers of illustrations share; private to illustrate.c and its parts. */
#ifndef TENTH_RUN_ILLUSTRATION_H
#define TENTH_RUN_ILLUSTRATION_H

#include "io/store.h"
#include "run/run.h"

struct illustration {
    const struct run *run;
    struct store *store; /* the run's file, read only */
    struct trained trained;
    struct table **tables; /* in the order of illustrate.c's list */
};

/* The table of that name; it is one of illustrate.c's list. */
struct table *illustration_table(const struct illustration *illustration, const char *name);

/* Each appends its rows; what the run's file lacks (a sweep that was not run) is passed over. */
enum status illustrate_stills(struct illustration *illustration, struct error *error); /* stills, stills_predicted */
enum status illustrate_predictive(struct illustration *illustration, struct error *error); /* predictive */
enum status illustrate_weights(struct illustration *illustration, struct error *error);    /* weight_pair, filters */
enum status illustrate_footprint(struct illustration *illustration, struct error *error);  /* footprint */
enum status illustrate_plane(struct illustration *illustration, struct error *error);      /* plane, plane_items */

#endif
