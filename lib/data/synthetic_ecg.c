/* lib/data/synthetic_ecg.c: a stand-in for ECG5000: beats of the ECGSYN model (ecgsyn.h) of five kinds, as unequal in
 * number as ECG5000's, each z-normalised over its 140 samples like ECG5000's.
 *
 * Beats of one kind differ in the height, width and position of their waves, in rate, in breath and in noise, enough
 * that kinds overlap a little: a generated set that every method solves would compare nothing. */
#include <gsl/gsl_math.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/memory.h"
#include "compute/random.h"
#include "data/ecgsyn.h"
#include "data/reader.h"

enum { KINDS = 5, STEP_BEAT = 1, STEP_ORDER = 2 };

/* Numbers of beats: of ECG5000's training file, and a third of its test file's. */
static const size_t train_beats[KINDS] = {292, 177, 10, 19, 2};
static const size_t test_beats[KINDS] = {876, 530, 29, 58, 7};

struct beat_kind {
    double variation;                      /* factor of the spread between beats */
    double beats_a_minute;                 /* mean rate */
    struct ecgsyn_wave wave[ECGSYN_WAVES]; /* P, Q, R, S, T; angles in degrees here */
};

static const struct beat_kind beat_kinds[KINDS] = {
    /* normal: the values of McSharry et al., table I */
    {1.0, 70, {{-70, 1.2, 0.25}, {-15, -5, 0.1}, {0, 30, 0.1}, {15, -7.5, 0.1}, {100, 0.75, 0.4}}},
    /* R-on-T premature ventricular contraction: early and wide, no P, T turned over and close behind */
    {1.2, 80, {{-70, 0, 0.25}, {-60, -2, 0.2}, {-35, 12, 0.28}, {0, -8, 0.25}, {65, -1.8, 0.45}}},
    /* premature ventricular contraction: wide, no P, T turned over */
    {1.2, 75, {{-70, 0, 0.25}, {-30, -2, 0.2}, {-10, 13, 0.26}, {22, -8, 0.22}, {100, -1.6, 0.45}}},
    /* supraventricular premature beat: P turned over and close to a narrow R, the beat fast */
    {1.2, 95, {{-50, -1.2, 0.2}, {-15, -5, 0.1}, {0, 28, 0.1}, {15, -7.5, 0.1}, {85, 0.6, 0.4}}},
    /* unclassifiable: something between normal and ventricular, different each time */
    {3.0, 75, {{-70, 0.5, 0.25}, {-20, -3, 0.15}, {-5, 18, 0.18}, {18, -8, 0.16}, {100, -0.4, 0.4}}},
};

/* One beat's model: the kind's, with each number moved at random. */
static struct ecgsyn draw_model(const struct beat_kind *kind, struct random_sequence *sequence)
{
    const double spread_height = 0.25, spread_width = 0.15, spread_angle = 0.07, spread_rate = 0.12;
    double variation = kind->variation;
    struct ecgsyn model = {.start = -M_PI + 0.15 * random_next_normal(sequence)};
    for (size_t i = 0; i < ECGSYN_WAVES; i++) {
        const struct ecgsyn_wave *mean = &kind->wave[i];
        struct ecgsyn_wave *wave = &model.wave[i];
        wave->angle = mean->angle * M_PI / 180 + spread_angle * variation * random_next_normal(sequence);
        wave->height = mean->height * exp(spread_height * variation * random_next_normal(sequence));
        wave->width = mean->width * exp(spread_width * variation * random_next_normal(sequence));
    }
    double rate = kind->beats_a_minute / 60 * exp(spread_rate * random_next_normal(sequence));
    model.angular_speed = 2 * M_PI * rate;
    model.breath_height = 0.02 * random_next_uniform(sequence);
    model.breath_speed = 2 * M_PI * 0.25; /* 15 breaths a minute, as in the paper */
    model.breath_phase = 2 * M_PI * random_next_uniform(sequence);
    return model;
}

/* Mean 0 and standard deviation 1 (of a sample: divisor count - 1), as in the UCR archive. */
static void normalise(const double *z, size_t count, float *values)
{
    double mean = 0, squares = 0;
    for (size_t i = 0; i < count; i++)
        mean += z[i] / (double)count;
    for (size_t i = 0; i < count; i++)
        squares += (z[i] - mean) * (z[i] - mean);
    double deviation = sqrt(squares / (double)(count - 1)); /* noise keeps it from being 0 */
    for (size_t i = 0; i < count; i++)
        values[i] = (float)((z[i] - mean) / deviation);
}

/* values [length]; z [length] is scratch space. `stream` identifies the beat. */
static enum status make_beat(const struct beat_kind *kind, size_t stream, size_t length, double *z, float *values,
                             struct error *error)
{
    const double noise = 0.005; /* mV; an R wave is about 0.04 high */
    struct random_sequence sequence = random_sequence(random_key(SYNTHETIC_SEED, PURPOSE_SYNTHETIC, STEP_BEAT, stream));
    struct ecgsyn model = draw_model(kind, &sequence);
    enum status status = ecgsyn_beat(&model, length, z, error);
    if (status != STATUS_OK)
        return status;
    for (size_t i = 0; i < length; i++)
        z[i] += noise * random_next_normal(&sequence);
    normalise(z, length, values);
    return STATUS_OK;
}

/* The labels in random order: `beats[k]` times the label k. */
static enum status shuffle_labels(const size_t beats[KINDS], size_t stream, struct items *items, struct error *error)
{
    uint32_t *order = memory_alloc(items->count, sizeof *order, error);
    if (!order)
        return STATUS_NO_MEMORY;
    random_permutation(random_key(SYNTHETIC_SEED, PURPOSE_SYNTHETIC, STEP_ORDER, stream), items->count, order);
    size_t next = 0;
    for (size_t kind = 0; kind < KINDS; kind++) {
        for (size_t i = 0; i < beats[kind]; i++)
            items->labels[order[next++]] = (uint8_t)kind;
    }
    memory_free(order);
    return STATUS_OK;
}

/* Beats starting at `first_stream`. */
static enum status make_items(const struct dataset_kind *kind, const size_t beats[KINDS], size_t first_stream,
                              struct items *items, struct error *error)
{
    size_t count = 0, length = shape_size(kind->shape);
    for (size_t i = 0; i < KINDS; i++)
        count += beats[i];
    double *z = NULL;
    enum status status = items_alloc(items, kind, count, false, error);
    if (status == STATUS_OK)
        status = shuffle_labels(beats, first_stream, items, error);
    if (status != STATUS_OK)
        return status;
    z = memory_alloc(length, sizeof *z, error);
    if (!z)
        return STATUS_NO_MEMORY;
    for (size_t i = 0; i < count && status == STATUS_OK; i++)
        status =
            make_beat(&beat_kinds[items->labels[i]], first_stream + i, length, z, items->values + i * length, error);
    memory_free(z);
    return status;
}

enum status dataset_synthesise_ecg(const struct dataset_kind *kind, struct dataset *dataset, struct error *error)
{
    (void)snprintf(dataset->source, sizeof dataset->source,
                   "SYNTHETIC (beats of the ECGSYN model; not %s, and its numbers do not compare)", kind->title);
    enum status status = make_items(kind, train_beats, 0, &dataset->train, error);
    return status == STATUS_OK ? make_items(kind, test_beats, dataset->train.count, &dataset->test, error) : status;
}
