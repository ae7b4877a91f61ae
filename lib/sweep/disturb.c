#include "sweep/disturb.h"

#include "bayes/attack.h"
#include "core/memory.h"
#include "compute/random.h"
#include "core/size.h"

double disturb_strength(const struct run *run, const struct perturbation *perturbation, size_t i, size_t count)
{
    return perturbation_strength(perturbation, run->config.perturb.scale, i, count);
}

static enum status gradient_make(const struct run *run, const struct posterior *posterior, const float *keep,
                                 size_t samples, const struct monitor *monitor, const float *x, const uint8_t *labels,
                                 size_t count, float *gradient, struct error *error)
{
    enum { GRADIENT_BATCH = 50 };
    struct network *network = NULL;
    struct predictor predictor = {0};
    enum status status = network_create(&run->network, GRADIENT_BATCH, 1, run->threads, &network, error);
    if (status == STATUS_OK)
        status = predictor_make(posterior, network, GRADIENT_BATCH, &predictor, error);
    predictor.monitor = monitor;
    if (status == STATUS_OK)
        status = attack_gradient(&predictor, keep, samples, run->seed, x, labels, count, gradient, error);
    predictor_free(&predictor);
    network_free(network);
    return status;
}

enum status disturb_gradient(const struct run *run, const struct perturbation *perturbation,
                             const struct posterior *posterior, const float *keep, size_t samples,
                             const struct monitor *monitor, const float *x, const uint8_t *labels, size_t count,
                             float **gradient, struct error *error)
{
    *gradient = NULL;
    if (perturbation->need != NEEDS_GRADIENT)
        return STATUS_OK;
    float *made = memory_alloc(size_multiply(count, shape_size(run->kind->shape)), sizeof *made, error);
    enum status status =
        made ? gradient_make(run, posterior, keep, samples, monitor, x, labels, count, made, error) : STATUS_NO_MEMORY;
    if (status == STATUS_OK)
        *gradient = made;
    else
        memory_free(made);
    return status;
}

void disturb(const struct run *run, const struct perturbation *perturbation, double strength, const uint32_t *index,
             const float *x, const float *gradient, size_t count, float *out)
{
    const size_t item = shape_size(run->kind->shape);
    const struct scene scene = run_scene(run);
#pragma omp parallel for schedule(static) num_threads(run->threads)
    for (size_t i = 0; i < count; i++)
        perturbation->apply(&scene, x + i * item, strength, random_key(0, PURPOSE_PERTURB, 0, index[i]),
                            gradient ? gradient + i * item : NULL, out + i * item);
}
