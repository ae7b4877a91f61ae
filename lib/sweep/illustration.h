/* lib/sweep/illustration.h: what the makers of illustrations share; private to illustrate.c and its parts. */
#ifndef TENTH_SWEEP_ILLUSTRATION_H
#define TENTH_SWEEP_ILLUSTRATION_H

#include "core/monitor.h"
#include "data/perturb.h"
#include "io/store.h"
#include "run/run.h"

struct illustration {
    const struct run *run;
    const struct monitor *monitor;
    struct store *store; /* the run's file, read only */
    struct trained trained;
    struct table **tables; /* in the order of illustrate.c's list */
};

/* The table of that name, which must be in illustrate.c's list. */
struct table *illustration_table(const struct illustration *illustration, const char *name);

/* Whether an item makes a picture: not if it is a point of a plane, or if its lines have too many pixels for a figure,
 * and more than LINE_TEXT_SIZE - 1 hexadecimal digits. */
enum { LINE_TEXT_SIZE = 1000 };
bool has_picture(struct shape item);

/* For a normalised item x with the scale of `from`, sets columns height, width, channels, low and high of the row, and
 * in text [2 * item size + 1] the pixels, line by line, as hexadecimal bytes from low to high. A series lies down: its
 * samples are one line, from its least to its largest value; bytes stay bytes. */
void picture_write(struct row *row, const struct items *from, const float *x, char *text);

/* Up to `wanted` of the items with these labels, every class in turn, each time its first remaining one: chosen
 * [wanted]; returns how many there are. */
size_t items_by_class(const uint8_t *labels, size_t count, size_t wanted, size_t *chosen);

/* Items of a sweep, as the sweep disturbs them. */
struct shown_items {
    const struct perturbation *perturbation;
    const struct items *from;
    size_t count, samples; /* of networks that predict them */
    uint32_t *index;       /* [count] into `from` */
    uint8_t *labels;       /* [count] */
    float *x;              /* [count][item] normalised */
    float *gradient;       /* like x, or NULL (disturb_gradient) */
};

/* The frames of an animation: the config's number of equal steps, whatever strengths the sweep has. */
enum status illustrate_frames(struct illustration *illustration, const struct shown_items *items,
                              struct error *error); /* frames */

enum { CLASSES_MAX = 256 }; /* a label is a byte */

/* The mean negative log likelihood of training items at given weights, by the run's network. Sums are in double
 * precision, because differences of losses are shown. */
struct likelihood {
    struct network *network;
    size_t classes, items;
    size_t item;       /* floats of an item */
    float *x, *logits; /* [items][item], [items][classes] */
    uint8_t *labels;
};
/* The run's training items, undisturbed. The caller frees with likelihood_free, also after a failure. */
enum status likelihood_make(const struct illustration *illustration, struct likelihood *likelihood,
                            struct error *error);
void likelihood_free(struct likelihood *likelihood);
/* Nats per item at these weights [network size]. Overwrites likelihood->logits. */
double likelihood_nll(const struct likelihood *likelihood, const float *weights);
/* logits [items][classes], overwritten; likelihood->logits will do. */
void likelihood_logits(const struct likelihood *likelihood, const float *weights, float *logits);
/* -log softmax of the label's logit. */
double label_nll(const double *logits /* [classes] */, size_t classes, size_t label);

/* Each appends its rows; what the run's file lacks (a sweep that was not run) is skipped. */
enum status illustrate_stills(struct illustration *illustration,
                              struct error *error); /* stills, stills_predicted, frames */
enum status illustrate_examples(struct illustration *illustration, struct error *error); /* examples */
enum status illustrate_predictive(struct illustration *illustration,
                                  struct error *error); /* predictive, predictive_items */
enum status illustrate_weights(struct illustration *illustration, struct error *error);   /* weight_pair, filters */
enum status illustrate_footprint(struct illustration *illustration, struct error *error); /* footprint */
enum status illustrate_plane(struct illustration *illustration, struct error *error);     /* plane, plane_items */
enum status illustrate_surface(struct illustration *illustration, struct error *error);   /* surface, surface_points */
enum status illustrate_marginal(struct illustration *illustration, struct error *error); /* marginal, marginal_points */

#endif
