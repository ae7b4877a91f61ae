/* lib/run/train_loop.c: the talk's loop (trainer_run), the constants that vary over the steps, and what comes after
 * them (trainer_finish). */
#include <math.h>
#include <string.h>

#include "bayes/elbo.h"
#include "data/augment.h"
#include "run/trainer.h"

/* The weight of the KL at this step: a linear warm-up from kl_start to 1. */
static double warmup_factor(const struct config *config, double share_of_steps)
{
    double begin = config->posterior.kl_warmup_begin, end = config->posterior.kl_warmup_end;
    double start = config->posterior.kl_start;
    if (share_of_steps >= end)
        return 1;
    if (share_of_steps <= begin)
        return start;
    return start + (1 - start) * (share_of_steps - begin) / (end - begin);
}

/* The factor of each tensor's penalty in the loss per item: temperature / N for the sum over weights (the ELBO's
 * scale), temperature / count for the talk's mean over a tensor's weights. */
static void penalty_scales(struct trainer *trainer, size_t step)
{
    const struct config *config = &trainer->run->config;
    const struct posterior *posterior = trainer->posterior;
    double factor = config->posterior.temperature * warmup_factor(config, (double)step / (double)trainer->steps);
    bool mean = strcmp(config->posterior.kl_reduction, "mean") == 0;
    for (size_t t = 0; t < posterior->tensor_count; t++) {
        size_t divisor = mean ? posterior->tensors[t].count : trainer->run->split.train_count;
        trainer->penalty_scale[t] = factor / (double)divisor;
    }
}

static struct update update_constants(struct trainer *trainer, size_t step)
{
    const struct config *config = &trainer->run->config;
    double factor = trainer->schedule->factor(step, trainer->steps, config->train.schedule_decay);
    double rate = config->train.learning_rate * factor;
    bool frozen = step < (size_t)config->train.sigma_freeze_steps;
    penalty_scales(trainer, step);
    return (struct update){
        .seed = trainer->run->seed,
        .step = step,
        .steps = trainer->steps,
        .adam = {(float)config->train.adam_beta1, (float)config->train.adam_beta2, (float)config->train.adam_epsilon},
        .learning_rate = rate,
        .sigma_learning_rate = frozen ? 0 : rate * config->train.sigma_rate_factor,
        .sigma_steps = trainer->state.sigma_steps,
        .prior = prior_of(config, trainer->run->prior),
        .penalty_scale = trainer->penalty_scale,
        .clip_norm = config->train.clip_norm,
    };
}

/* The items of a step: a slice of the epoch's order. */
static void sample_batch(struct trainer *trainer, size_t step)
{
    const struct run *run = trainer->run;
    size_t epoch = step / trainer->steps_per_epoch, in_epoch = step % trainer->steps_per_epoch;
    if (epoch != trainer->order_epoch) {
        random_permutation(random_key(run->seed, PURPOSE_BATCH_ORDER, epoch, 0), run->split.train_count,
                           trainer->order);
        trainer->order_epoch = epoch;
    }
    for (size_t i = 0; i < trainer->batch; i++)
        trainer->indices[i] = run->split.train[trainer->order[in_epoch * trainer->batch + i]];
    items_gather(&run->dataset->train, trainer->indices, trainer->batch, trainer->x, trainer->y);
    struct augmentation augmentation = {run->config.train.flip, (size_t)run->config.train.shift, run->kind->background};
    if (augmentation.flip || augmentation.shift > 0)
        augment_batch(augmentation, run->kind->shape, trainer->batch, run->seed, step, trainer->x,
                      trainer->augment_scratch, run->threads);
}

/* The cross-entropy of the batch at the weights w, and its gradient into trainer->gradient. */
static double gradient_of_loss(struct trainer *trainer, const float *w, size_t *correct)
{
    network_set_weights(trainer->network, w);
    return network_gradient(trainer->network, trainer->x, trainer->y, trainer->batch, trainer->gradient, correct);
}

/* Names the first tensor with a value that is not finite. */
static enum status explain_not_finite(const struct trainer *trainer, size_t step, const float *w, struct error *error)
{
    const struct posterior *posterior = trainer->posterior;
    size_t tensors = posterior->tensor_count / posterior->members;
    const struct {
        const char *what;
        const float *values;
        size_t tensors;
    } blocks[] = {{"weight", w, tensors},
                  {"gradient", trainer->gradient, tensors},
                  {"mean", posterior->mu, posterior->tensor_count}};
    for (size_t b = 0; b < sizeof blocks / sizeof blocks[0]; b++) {
        for (size_t t = 0; t < blocks[b].tensors; t++) {
            const struct tensor *tensor = &posterior->tensors[t];
            for (size_t i = 0; i < tensor->count; i++) {
                float value = blocks[b].values[tensor->offset + i];
                if (!isfinite(value))
                    return error_set(
                        error, STATUS_NOT_FINITE,
                        "step %zu (epoch %zu): the loss is not finite; first in the %s of %s[%zu] = %g; lower "
                        "train.learning_rate or set train.clip_norm",
                        step, step / trainer->steps_per_epoch + 1, blocks[b].what, tensor->name, i, (double)value);
            }
        }
    }
    return error_set(error, STATUS_NOT_FINITE, "step %zu: the loss is not finite; lower train.learning_rate", step);
}

enum status trainer_check(const struct trainer *trainer, struct error *error)
{
    const struct posterior *posterior = trainer->posterior;
    const struct method_functions *functions = posterior->method->functions;
    for (size_t b = 0; b < functions->block_count; b++) {
        for (size_t i = 0; !functions->blocks[b].of_training && i < posterior_block_size(posterior, b); i++) {
            if (!isfinite(posterior->blocks[b][i]))
                return error_set(
                    error, STATUS_NOT_FINITE,
                    "the last update (step %zu) left a parameter that is not finite; lower train.learning_rate "
                    "or set train.clip_norm",
                    trainer->state.step);
        }
    }
    return STATUS_OK;
}

/* The result of a step, in nats. */
struct outcome {
    double cross_entropy, kl, scaled_kl; /* the loss: cross_entropy + scaled_kl */
    size_t correct;                      /* items that the sampled network got right */
};

static void account(struct train_state *state, const struct update *update, struct outcome outcome, size_t items)
{
    state->step += 1;
    state->sigma_steps += update->sigma_learning_rate > 0;
    state->loss_sum += elbo_loss(outcome.cross_entropy, outcome.scaled_kl);
    state->nll_sum += outcome.cross_entropy;
    state->kl_sum += outcome.kl;
    state->correct += outcome.correct;
    state->items += items;
    state->steps_in_epoch += 1;
}

enum status trainer_run(struct trainer *trainer, size_t until, struct error *error)
{
    struct posterior *approximation = trainer->posterior;
    enum status status = STATUS_OK;
    while (status == STATUS_OK && trainer->state.step < until) {
        const size_t step = trainer->state.step;
        const struct update update_of_step = update_constants(trainer, step);
        struct outcome loss = {0};

        sample_batch(trainer, step);
        const float *w =
            posterior_sample(approximation, trainer->run->seed, PURPOSE_WEIGHT_NOISE, step, trainer->weights);
        loss.cross_entropy = gradient_of_loss(trainer, w, &loss.correct);
        if (isfinite(loss.cross_entropy))
            loss.kl = posterior_update(approximation, &update_of_step, w, trainer->gradient, &loss.scaled_kl);

        if (!isfinite(elbo_loss(loss.cross_entropy, loss.scaled_kl)))
            return explain_not_finite(trainer, step, w, error);
        account(&trainer->state, &update_of_step, loss, trainer->batch);
        if (trainer->after_step)
            status = trainer->after_step(trainer, error);
    }
    return status;
}

/* struct training's gradient. The training split's items in the order of its indices. */
static enum status gradient_of_items(const struct training *training, size_t first, size_t count, const float *w,
                                     float *gradient, double *nll, struct error *error)
{
    struct trainer *trainer = training->context;
    const struct run *run = trainer->run;
    size_t correct;
    items_gather(&run->dataset->train, run->split.train + first, count, trainer->x, trainer->y);
    network_set_weights(trainer->network, w);
    *nll = network_gradient(trainer->network, trainer->x, trainer->y, count, gradient, &correct);
    if (!isfinite(*nll))
        return error_set(error, STATUS_NOT_FINITE,
                         "after the last step, training items %zu to %zu: the cross-entropy is not finite; lower "
                         "train.learning_rate or set train.clip_norm",
                         first, first + count - 1);
    return monitor_check(trainer->monitor, error);
}

enum status trainer_finish(struct trainer *trainer, struct error *error)
{
    const struct run *run = trainer->run;
    const struct method_functions *functions = run->method->functions;
    penalty_scales(trainer, trainer->steps);
    const struct training training = {
        .items = run->split.train_count,
        .batch = trainer->batch,
        .seed = run->seed,
        .steps = trainer->steps,
        .prior = prior_of(&run->config, run->prior),
        .penalty_scale = trainer->penalty_scale,
        .gradient = gradient_of_items,
        .context = trainer,
    };
    enum status status = functions->finish(trainer->posterior, &training, error);
    if (status == STATUS_OK)
        status = trainer_check(trainer, error);
    double median;
    if (status == STATUS_OK && run->method->has_sigma)
        status = trainer_record_sigma(trainer, trainer->steps / trainer->steps_per_epoch, &median, error);
    trainer->state.finished = status == STATUS_OK;
    return status;
}
