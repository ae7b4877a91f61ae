/* lib/embed/engine.h: runs a model in this process: one item, one thread.
 *
 * Inputs of a layer lie in planes (nn/planes.h). The columns between width_out and pitch are computed too and
 * discarded. */
#ifndef TENTH_EMBED_ENGINE_H
#define TENTH_EMBED_ENGINE_H

#include <stddef.h>

#include "bayes/metric.h"
#include "core/error.h"
#include "embed/model.h"

struct engine;

/* Limits on a model's cost. A file's few bytes can describe layers that no machine can hold or run, so readers check
 * before they allocate, and writers before they write what readers would refuse. The memory is that of the model with
 * one engine; larger files may need more. No network of the configs comes near: three layers of 200 filters on
 * CIFAR-10, nothing removed, cost 44 MB and 1.2e8 multiply-adds an item for each stored network. */
enum { ENGINE_SPARE_MIB = 256, ENGINE_BYTES_PER_FILE_BYTE = 64, ENGINE_WORK_MAX_E9 = 64 };
struct engine_cost {
    double bytes, work; /* work: multiply-adds of an item, over all networks of the model */
};

/* Adds a layer's cost; the layer's shape must be set, and it will have `count` weights. */
void engine_cost_add(struct engine_cost *cost, const struct model *model, const struct model_layer *layer,
                     size_t count);

/* The same for all layers. */
struct engine_cost engine_cost(const struct model *model);

/* Returns `refused`, naming the limit, if a model in a file of that many bytes (0: any number) would cost more; `name`
 * denotes the model in the message. */
enum status engine_cost_check(const struct engine_cost *cost, size_t file_bytes, enum status refused, const char *name,
                              struct error *error);

/* Draws of the logits that replace the networks if the model has variances: the first half from fixed normal numbers,
 * the second half their mirror images. embed/emit_c.c writes the same numbers. */
enum { LOGIT_DRAWS = 64 };
void engine_logit_noise(size_t classes, float *noise /* [LOGIT_DRAWS / 2][classes] */);

/* The model is borrowed. NULL *engine on failure. */
enum status engine_create(const struct model *model, struct engine **engine, struct error *error);
void engine_free(struct engine *engine); /* NULL is allowed */

/* Logits of network number `part` (0: the mean) for normalised x [height][width][channels]. */
void engine_forward(struct engine *engine, size_t part, const float *x, float *logits /* [classes] */);

/* The moments of the logits; for models with variances. */
void engine_moments(struct engine *engine, const float *x, float *mean /* [classes] */, float *variance);

/* How many networks a prediction averages: the model's, or LOGIT_DRAWS. */
size_t engine_networks(const struct engine *engine);

/* Class probabilities of each network for one item: `model.predict(input)`. */
void engine_predict(struct engine *engine, const float *x, float *sampled /* [networks][classes] */);

/* The same for prediction->items items in `threads` threads, each with its own engine; prediction->samples must be
 * engine_networks. Fills the prediction's mean too. */
enum status engine_predict_items(const struct model *model, int threads, const float *x, struct prediction *prediction,
                                 struct error *error);

#endif
