/* lib/sweep/illustrate_surface.c: if items are points of a plane, the loss surface that training moves on: two plain
 * trainings (mle) from the run's start, which differ only in the order of their batches, and what a posterior adds to
 * the one weight vector that each of them finds.
 *
 * For a run of mle, whose first path is its own, and of vi: the trainings have its config. The loss is the mean
 * negative log likelihood of the training items. */
#include <math.h>
#include <string.h>

#include "core/memory.h"
#include "sweep/illustration.h"
#include "run/trainer.h"

enum { GRID = 49, SAMPLES = 64, PATHS = 2, PATH_POINTS_MAX = 100 };

/* Weight vectors along a training, evenly spaced over its steps, including the first and the last. */
struct path {
    float *weights; /* [PATH_POINTS_MAX][size] */
    size_t step[PATH_POINTS_MAX];
    size_t count;
};

struct surface {
    struct illustration *illustration;
    struct likelihood likelihood;
    size_t size; /* of a weight vector */
    struct path paths[PATHS];
    float *weights; /* [size] */
};

/* The plane through `origin` and two others: x points from the origin to the first of them. */
struct plane {
    const char *name;
    const float *origin;
    double *along[2]; /* [size] of length 1, orthogonal */
    double low[2], high[2];
};

static const float *path_end(const struct path *path, size_t size)
{
    return path->weights + (path->count - 1) * size;
}

static void path_note(struct path *path, const struct trainer *trainer)
{
    const struct posterior *posterior = trainer->posterior;
    path->step[path->count] = trainer->state.step;
    memcpy(path->weights + path->count * posterior->size, posterior->mu, posterior->size * sizeof(float));
    path->count++;
}

static enum status train_path(const struct surface *surface, struct trainer *trainer, struct path *path,
                              struct error *error)
{
    enum status status = STATUS_OK;
    path_note(path, trainer);
    while (status == STATUS_OK && trainer->state.step < trainer->steps) {
        status = monitor_check(surface->illustration->monitor, error);
        if (status == STATUS_OK)
            status = trainer_run(trainer, trainer->state.step + 1, error);
        /* The next point is due at this share of the steps. */
        double due = (double)(path->count * trainer->steps) / (PATH_POINTS_MAX - 1);
        if (status == STATUS_OK && ((double)trainer->state.step >= due || trainer->state.step >= trainer->steps))
            path_note(path, trainer);
    }
    return status == STATUS_OK ? trainer_check(trainer, error) : status;
}

/* The first has the run's own batches, the other those of a seed that no run has. */
static enum status paths_make(struct surface *surface, struct error *error)
{
    struct run run = *surface->illustration->run;
    run.threads = 1; /* for a network on points of a plane; results do not depend on it */
    run.method = method_find("mle", error);
    enum status status = run.method ? STATUS_OK : STATUS_USAGE;
    for (size_t p = 0; p < PATHS && status == STATUS_OK; p++) {
        struct path *path = &surface->paths[p];
        struct trainer trainer;
        run.seed = p == 0 ? run.seed : ~run.seed;
        path->weights = memory_alloc(PATH_POINTS_MAX, surface->size * sizeof(float), error);
        status = trainer_make(&trainer, &run, NULL, error);
        if (status == STATUS_OK && !path->weights)
            status = STATUS_NO_MEMORY;
        if (status == STATUS_OK && p > 0)
            memcpy(trainer.posterior->mu, surface->paths[0].weights, surface->size * sizeof(float));
        if (status == STATUS_OK)
            status = train_path(surface, &trainer, path, error);
        trainer_free(&trainer);
    }
    return status;
}

static double dot(const double *a, const double *b, size_t size)
{
    double sum = 0;
    for (size_t i = 0; i < size; i++)
        sum += a[i] * b[i];
    return sum;
}

/* A vector's projection onto the plane, as x and y; returns its distance from the plane. */
static double project(const struct surface *surface, const struct plane *plane, const float *weights, double at[2])
{
    double squared = 0;
    at[0] = at[1] = 0;
    for (size_t i = 0; i < surface->size; i++) {
        double difference = (double)weights[i] - (double)plane->origin[i];
        at[0] += difference * plane->along[0][i];
        at[1] += difference * plane->along[1][i];
        squared += difference * difference;
    }
    return sqrt(fmax(squared - at[0] * at[0] - at[1] * at[1], 0));
}

/* Sets everything but the memory of the axes, plane->along. */
static void plane_through(const struct surface *surface, const char *name, const float *origin, const float *first,
                          const float *second, struct plane *plane)
{
    size_t size = surface->size;
    *plane = (struct plane){.name = name, .origin = origin, .along = {plane->along[0], plane->along[1]}};
    for (size_t i = 0; i < size; i++) {
        plane->along[0][i] = (double)first[i] - (double)origin[i];
        plane->along[1][i] = (double)second[i] - (double)origin[i];
    }
    for (size_t axis = 0; axis < 2; axis++) {
        double *a = plane->along[axis];
        double before = axis > 0 ? dot(a, plane->along[0], size) : 0;
        for (size_t i = 0; i < size && axis > 0; i++)
            a[i] -= before * plane->along[0][i];
        double length = sqrt(dot(a, a, size));
        for (size_t i = 0; i < size; i++)
            a[i] = length > 0 ? a[i] / length : 0;
    }
}

static enum status point_add(const struct surface *surface, struct plane *plane, const char *kind, size_t step,
                             const float *weights, struct error *error)
{
    struct illustration *illustration = surface->illustration;
    double at[2], distance = project(surface, plane, weights, at);
    for (size_t axis = 0; axis < 2; axis++) {
        plane->low[axis] = fmin(plane->low[axis], at[axis]);
        plane->high[axis] = fmax(plane->high[axis], at[axis]);
    }
    struct row row = row_begin(illustration->run, "surface_points");
    row_text(&row, "plane", plane->name);
    row_text(&row, "kind", kind);
    row_number(&row, "step", (double)step);
    row_number(&row, "x", at[0]);
    row_number(&row, "y", at[1]);
    row_number(&row, "nll", likelihood_nll(&surface->likelihood, weights));
    row_number(&row, "distance", distance);
    return row_store(&row, illustration_table(illustration, "surface_points"), error);
}

/* The grid extends a quarter beyond its contents, and the origin is one of its points. */
static enum status grid_add(const struct surface *surface, const struct plane *plane, struct error *error)
{
    struct illustration *illustration = surface->illustration;
    double low[2], step[2];
    for (size_t axis = 0; axis < 2; axis++) {
        double wide = fmax(plane->high[axis] - plane->low[axis], 1e-3); /* in case all are on one line */
        step[axis] = 1.5 * wide / (GRID - 2);
        low[axis] = floor((plane->low[axis] - wide / 4) / step[axis]) * step[axis];
    }
    enum status status = STATUS_OK;
    for (size_t i = 0; i < (size_t)GRID * GRID && status == STATUS_OK; i++) {
        double x = low[0] + (double)(i % GRID) * step[0], line = floor((double)i / GRID), y = low[1] + line * step[1];
        for (size_t w = 0; w < surface->size; w++)
            surface->weights[w] = (float)((double)plane->origin[w] + x * plane->along[0][w] + y * plane->along[1][w]);
        struct row row = row_begin(illustration->run, "surface");
        row_text(&row, "plane", plane->name);
        row_number(&row, "x", x);
        row_number(&row, "y", y);
        row_number(&row, "nll", likelihood_nll(&surface->likelihood, surface->weights));
        status = row_store(&row, illustration_table(illustration, "surface"), error);
        if (status == STATUS_OK && i % GRID == 0)
            status = monitor_check(illustration->monitor, error);
    }
    return status;
}

static enum status paths_add(const struct surface *surface, struct plane *plane, bool ends_alone, struct error *error)
{
    static const char *const kinds[PATHS] = {"path_a", "path_b"};
    enum status status = STATUS_OK;
    for (size_t p = 0; p < PATHS && status == STATUS_OK; p++) {
        const struct path *path = &surface->paths[p];
        for (size_t i = ends_alone ? path->count - 1 : 0; i < path->count && status == STATUS_OK; i++)
            status = point_add(surface, plane, kinds[p], path->step[i], path->weights + i * surface->size, error);
    }
    return status;
}

static enum status samples_add(const struct surface *surface, struct plane *plane, struct error *error)
{
    const struct posterior *posterior = surface->illustration->trained.posterior;
    enum status status = point_add(surface, plane, "mean", 0, posterior->mu, error);
    for (size_t s = 0; s < SAMPLES && status == STATUS_OK; s++) {
        const float *sample =
            posterior_sample(posterior, surface->illustration->run->seed, PURPOSE_PREDICT, s, surface->weights);
        status = point_add(surface, plane, "sample", s, sample, error);
    }
    return status;
}

static enum status planes_add(struct surface *surface, struct error *error)
{
    const struct posterior *posterior = surface->illustration->trained.posterior;
    const float *a = path_end(&surface->paths[0], surface->size), *b = path_end(&surface->paths[1], surface->size);
    double *along = memory_alloc(surface->size, 2 * sizeof *along, error);
    if (!along)
        return STATUS_NO_MEMORY;
    struct plane plane = {.along = {along, along + surface->size}};
    plane_through(surface, "start", surface->paths[0].weights, a, b, &plane);
    enum status status = paths_add(surface, &plane, false, error);
    if (status == STATUS_OK)
        status = grid_add(surface, &plane, error);
    if (status == STATUS_OK && posterior->method->has_sigma) {
        plane_through(surface, "mean", posterior->mu, a, b, &plane);
        status = paths_add(surface, &plane, true, error);
        if (status == STATUS_OK)
            status = samples_add(surface, &plane, error);
        if (status == STATUS_OK)
            status = grid_add(surface, &plane, error);
    }
    memory_free(along);
    return status;
}

enum status illustrate_surface(struct illustration *illustration, struct error *error)
{
    const struct run *run = illustration->run;
    bool fits = strcmp(run->method->name, "mle") == 0 || strcmp(run->method->name, "vi") == 0;
    if (shape_size(run->kind->shape) != 2 || !fits)
        return STATUS_OK;
    struct surface surface = {.illustration = illustration, .size = illustration->trained.posterior->size};
    surface.weights = memory_alloc(surface.size, sizeof(float), error);
    enum status status = surface.weights ? likelihood_make(illustration, &surface.likelihood, error) : STATUS_NO_MEMORY;
    if (status == STATUS_OK)
        status = paths_make(&surface, error);
    if (status == STATUS_OK)
        status = planes_add(&surface, error);
    likelihood_free(&surface.likelihood);
    for (size_t p = 0; p < PATHS; p++)
        memory_free(surface.paths[p].weights);
    memory_free(surface.weights);
    return status;
}
