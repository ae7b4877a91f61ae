/* lib/run/train_step.c: one step of the talk's loop, and the constants that vary over the steps. */
#include <math.h>
#include <string.h>

#include "data/augment.h"
#include "run/trainer.h"

/* How much of the KL counts at this step: a linear warm-up from kl_start to 1. */
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
 * scale), temperature / count for the talk's mean over the weights of a tensor. */
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
        .step = step,
        .adam = {(float)config->train.adam_beta1, (float)config->train.adam_beta2, (float)config->train.adam_epsilon},
        .learning_rate = rate,
        .sigma_learning_rate = frozen ? 0 : rate * config->train.sigma_rate_factor,
        .sigma_steps = (size_t)trainer->state.sigma_steps,
        .prior_sigma = config->posterior.prior_sigma,
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

/* Names the first tensor that has a value which is not finite. */
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
    for (size_t i = 0; i < posterior->size; i++) {
        if (!isfinite(posterior->mu[i]) || (posterior->rho && !isfinite(posterior->rho[i])))
            return error_set(
                error, STATUS_NOT_FINITE,
                "the last update (step %lld) left a parameter that is not finite; lower train.learning_rate "
                "or set train.clip_norm",
                (long long)trainer->state.step);
    }
    return STATUS_OK;
}

enum status trainer_step(struct trainer *trainer, struct error *error)
{
    struct posterior *posterior = trainer->posterior;
    const struct method_functions *approximation = posterior->method->functions;
    struct train_state *state = &trainer->state;
    size_t step = (size_t)state->step, correct = 0;

    sample_batch(trainer, step);
    const float *w = approximation->sample(posterior, trainer->run->seed, PURPOSE_WEIGHT_NOISE, step, trainer->weights);
    network_set_weights(trainer->network, w);
    double nll =
        network_gradient(trainer->network, trainer->x, trainer->y, trainer->batch, trainer->gradient, &correct);
    struct update update = update_constants(trainer, step);
    double penalty_loss = 0;
    double penalty = isfinite(nll) ? approximation->update(posterior, &update, w, trainer->gradient, &penalty_loss) : 0;
    if (!isfinite(nll) || !isfinite(penalty_loss))
        return explain_not_finite(trainer, step, w, error);

    state->step += 1;
    state->sigma_steps += update.sigma_learning_rate > 0;
    state->loss_sum += nll + penalty_loss;
    state->nll_sum += nll;
    state->kl_sum += penalty;
    state->correct += (double)correct;
    state->items += (double)trainer->batch;
    state->steps_in_epoch += 1;
    return STATUS_OK;
}
