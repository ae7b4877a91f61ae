#include "run/checkpoint.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/memory.h"

enum { BLOCK_NAME_SIZE = 64 };

/* Where a block is: in the result, under /posterior, what training alone needs left out; or, with the rest of a
 * checkpoint, under /checkpoint: /posterior appears only when training is done. */
static bool block_name(const struct method_block *block, bool of_result, char name[BLOCK_NAME_SIZE])
{
    (void)snprintf(name, BLOCK_NAME_SIZE, "/%s/%.40s", of_result ? "posterior" : "checkpoint", block->name);
    return !of_result || !block->of_training;
}

static enum status blocks_save(struct store *store, const struct posterior *posterior, bool of_result,
                               struct error *error)
{
    const struct method_functions *functions = posterior->method->functions;
    enum status status = STATUS_OK;
    for (size_t i = 0; i < functions->block_count && status == STATUS_OK; i++) {
        char name[BLOCK_NAME_SIZE];
        const size_t size = posterior_block_size(posterior, i);
        if (block_name(&functions->blocks[i], of_result, name))
            status = store_write_float(store, name, 1, &size, posterior->blocks[i], error);
    }
    return status;
}

static enum status blocks_load(struct store *store, const struct posterior *posterior, bool of_result,
                               struct error *error)
{
    const struct method_functions *functions = posterior->method->functions;
    enum status status = STATUS_OK;
    for (size_t i = 0; i < functions->block_count && status == STATUS_OK; i++) {
        char name[BLOCK_NAME_SIZE];
        if (block_name(&functions->blocks[i], of_result, name))
            status = store_read_float(store, name, posterior_block_size(posterior, i), posterior->blocks[i], error);
    }
    return status;
}

/* Names, offsets, sizes and fan-ins of the tensors, so that other programs can read the blocks. */
static enum status tensors_save(struct store *store, const struct posterior *posterior, struct error *error)
{
    size_t count = posterior->tensor_count;
    double *numbers = memory_alloc(count, 3 * sizeof *numbers, error);
    const char **names = memory_alloc(count, sizeof *names, error);
    enum status status = STATUS_NO_MEMORY;
    if (numbers && names) {
        for (size_t t = 0; t < count; t++) {
            const struct tensor *tensor = &posterior->tensors[t];
            names[t] = tensor->name;
            numbers[t] = (double)tensor->offset;
            numbers[count + t] = (double)tensor->count;
            numbers[2 * count + t] = (double)tensor->fan_in;
        }
        status = store_write_texts(store, "/posterior/tensors/name", count, names, error);
        const char *const parts[] = {"/posterior/tensors/offset", "/posterior/tensors/count",
                                     "/posterior/tensors/fan_in"};
        for (size_t i = 0; i < 3 && status == STATUS_OK; i++)
            status = store_write_double(store, parts[i], 1, &count, numbers + i * count, error);
    }
    memory_free(numbers);
    memory_free(names);
    return status;
}

enum status checkpoint_save_posterior(struct store *store, const struct posterior *posterior, const char *identity,
                                      struct error *error)
{
    enum status status = blocks_save(store, posterior, true, error);
    if (status == STATUS_OK)
        status = tensors_save(store, posterior, error);
    if (status == STATUS_OK)
        status = store_set_text(store, "/posterior", "identity", identity, error);
    return status;
}

enum status checkpoint_check_size(struct store *store, const struct network_spec *spec, const struct method *method,
                                  const void *options, struct error *error)
{
    size_t rank = 0, shape[STORE_RANK_MAX] = {0};
    const size_t wanted = posterior_size_of(spec, method, options);
    enum status status = store_shape(store, "/posterior/mu", &rank, shape, error);
    if (status != STATUS_OK || (rank == 1 && shape[0] == wanted))
        return status;
    /* Older builds kept kernel taps that read only padding (run.c, TRAIN_VERSION_CUT), and ranked them as weights. */
    if (rank == 1 && shape[0] > wanted && network_cuts_kernels(spec))
        return error_set(error, STATUS_DATA,
                         "%s: was trained by an older version, which counted kernel taps that never see an input as "
                         "weights; `tenth run` with another --out trains its network without them",
                         store_path(store));
    return error_set(
        error, STATUS_DATA,
        "%s: /posterior/mu has not the size of the network of its config (%zu numbers); " STORE_REMEDY_CHANGED,
        store_path(store), wanted);
}

enum status checkpoint_load_posterior(struct store *store, struct posterior *posterior, struct error *error)
{
    const struct method_functions *functions = posterior->method->functions;
    enum status status = blocks_load(store, posterior, true, error);
    for (size_t b = 0; b < functions->block_count && status == STATUS_OK; b++) {
        char name[BLOCK_NAME_SIZE];
        const bool of_result = block_name(&functions->blocks[b], true, name);
        for (size_t i = 0; of_result && i < posterior_block_size(posterior, b); i++) {
            if (!isfinite(posterior->blocks[b][i]))
                return error_set(error, STATUS_DATA,
                                 "%s: %s[%zu] is not a finite number, and a network of it predicts none; train it anew "
                                 "with another --out",
                                 store_path(store), name, i);
        }
    }
    return status;
}

enum { STATE_MEMBERS = 9 };

/* In a file every number is a double, which holds counts of steps and items exactly. */
static const char *const state_names[STATE_MEMBERS] = {"step",    "sigma_steps", "loss_sum",       "nll_sum", "kl_sum",
                                                       "correct", "items",       "steps_in_epoch", "seconds"};

/* Of methods with something to finish. */
static const char FINISHED[] = "finished";

static void state_to_numbers(const struct train_state *state, double numbers[STATE_MEMBERS])
{
    const double all[STATE_MEMBERS] = {
        (double)state->step, (double)state->sigma_steps, state->loss_sum,      state->nll_sum,
        state->kl_sum,       (double)state->correct,     (double)state->items, (double)state->steps_in_epoch,
        state->seconds};
    memcpy(numbers, all, sizeof all);
}

/* Counts below 2^53; a file may say anything. */
static bool state_from_numbers(const double numbers[STATE_MEMBERS], struct train_state *state)
{
    static const int counts[] = {0, 1, 5, 6, 7};
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        const double number = numbers[counts[i]];
        if (!(number >= 0 && number < 0x1p53 && number == floor(number)))
            return false;
    }
    *state = (struct train_state){.step = (size_t)numbers[0],
                                  .sigma_steps = (size_t)numbers[1],
                                  .loss_sum = numbers[2],
                                  .nll_sum = numbers[3],
                                  .kl_sum = numbers[4],
                                  .correct = (size_t)numbers[5],
                                  .items = (size_t)numbers[6],
                                  .steps_in_epoch = (size_t)numbers[7],
                                  .seconds = numbers[8]};
    return true;
}

enum status checkpoint_save(struct store *store, const struct posterior *posterior, const struct train_state *state,
                            const char *identity, struct error *error)
{
    enum status status = blocks_save(store, posterior, false, error);
    double numbers[STATE_MEMBERS];
    state_to_numbers(state, numbers);
    for (size_t i = 0; i < STATE_MEMBERS && status == STATUS_OK; i++)
        status = store_set_number(store, "/checkpoint", state_names[i], numbers[i], error);
    if (status == STATUS_OK && posterior->method->functions->finish)
        status = store_set_number(store, "/checkpoint", FINISHED, state->finished, error);
    if (status == STATUS_OK)
        status = store_set_text(store, "/checkpoint", "identity", identity, error);
    return status;
}

enum status checkpoint_load(struct store *store, struct posterior *posterior, struct train_state *state,
                            struct error *error)
{
    enum status status = blocks_load(store, posterior, false, error);
    double numbers[STATE_MEMBERS];
    for (size_t i = 0; i < STATE_MEMBERS && status == STATUS_OK; i++)
        status = store_get_number(store, "/checkpoint", state_names[i], &numbers[i], error);
    if (status == STATUS_OK && !state_from_numbers(numbers, state))
        return error_set(error, STATUS_DATA, "%s: /checkpoint counts steps that cannot be; " STORE_REMEDY_CHANGED,
                         store_path(store));
    double finished = 0;
    if (status == STATUS_OK && posterior->method->functions->finish)
        status = store_get_number(store, "/checkpoint", FINISHED, &finished, error);
    state->finished = finished > 0;
    return status;
}

enum status checkpoint_find(struct store *store, bool *there, struct error *error)
{
    return store_find_attribute(store, "/checkpoint", "identity", there, error);
}

/* Whether an object has neither members nor attributes. */
static enum status is_bare(struct store *store, const char *group, bool *bare, struct error *error)
{
    char **names = NULL;
    size_t members = 0, attributes = 0;
    enum status status = store_members(store, group, &names, &members, error);
    memory_free(names);
    if (status == STATUS_OK) {
        status = store_attributes(store, group, &names, &attributes, error);
        memory_free(names);
    }
    *bare = members == 0 && attributes == 0;
    return status;
}

enum status checkpoint_remove(struct store *store, const struct method *method, struct error *error)
{
    bool there;
    enum status status = store_find(store, "/checkpoint", &there, error);
    if (!there)
        return status;
    for (size_t i = 0; i < method->functions->block_count && status == STATUS_OK; i++) {
        char name[BLOCK_NAME_SIZE];
        (void)block_name(&method->functions->blocks[i], false, name);
        status = store_remove(store, name, error);
    }
    for (size_t i = 0; i < STATE_MEMBERS && status == STATUS_OK; i++)
        status = store_unset(store, "/checkpoint", state_names[i], error);
    if (status == STATUS_OK && method->functions->finish)
        status = store_unset(store, "/checkpoint", FINISHED, error);
    if (status == STATUS_OK)
        status = store_unset(store, "/checkpoint", "identity", error);
    bool bare = false;
    if (status == STATUS_OK)
        status = is_bare(store, "/checkpoint", &bare, error);
    return status == STATUS_OK && bare ? store_remove(store, "/checkpoint", error) : status;
}
