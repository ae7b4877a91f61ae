/* lib/embed/engine.h: a model at work, in this process: one item, one thread.
 *
 * Inputs of a layer lie in planes (nn/planes.h). The columns between width_out and pitch are computed too and thrown
 * away. */
#ifndef TENTH_EMBED_ENGINE_H
#define TENTH_EMBED_ENGINE_H

#include <stddef.h>

#include "bayes/metric.h"
#include "core/error.h"
#include "embed/model.h"

struct engine;

/* Draws of the logits that stand for the networks where the model has variances: the first half from fixed normal
 * numbers, the second half their mirror images. embed/emit_c.c writes the same numbers. */
enum { LOGIT_DRAWS = 64 };
void engine_logit_noise(size_t classes, float *noise /* [LOGIT_DRAWS / 2][classes] */);

/* The model is borrowed. NULL *engine on failure. */
enum status engine_create(const struct model *model, struct engine **engine, struct error *error);
void engine_free(struct engine *engine); /* NULL is allowed */

/* Logits of network number `part` (0 for the mean) for x [height][width][channels], normalised. */
void engine_forward(struct engine *engine, size_t part, const float *x, float *logits /* [classes] */);

/* The moments of the logits; for models with variances. */
void engine_moments(struct engine *engine, const float *x, float *mean /* [classes] */, float *variance);

/* How many networks a prediction averages: the model's, or LOGIT_DRAWS. */
size_t engine_networks(const struct engine *engine);

/* Class probabilities of each network for one item: `model.predict(input)`. */
void engine_predict(struct engine *engine, const float *x, float *sampled /* [networks][classes] */);

/* The same for prediction->items items in `threads` threads, each with an engine of its own; prediction->samples is
 * engine_networks. Fills the prediction's mean too. */
enum status engine_predict_items(const struct model *model, int threads, const float *x, struct prediction *prediction,
                                 struct error *error);

#endif
