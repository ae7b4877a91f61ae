#include "run/checkpoint.h"

#include "core/memory.h"

struct block {
    const char *name;
    float *values;
};

static enum status blocks_save(struct store *store, const struct posterior *posterior, const struct block *blocks,
                               size_t count, struct error *error)
{
    enum status status = STATUS_OK;
    for (size_t i = 0; i < count && status == STATUS_OK; i++) {
        if (blocks[i].values)
            status = store_write_float(store, blocks[i].name, 1, &posterior->size, blocks[i].values, error);
    }
    return status;
}

static enum status blocks_load(struct store *store, const struct posterior *posterior, const struct block *blocks,
                               size_t count, struct error *error)
{
    enum status status = STATUS_OK;
    for (size_t i = 0; i < count && status == STATUS_OK; i++) {
        if (blocks[i].values)
            status = store_read_float(store, blocks[i].name, posterior->size, blocks[i].values, error);
    }
    return status;
}

/* Names, offsets, sizes and fan-ins of the tensors, so that the blocks can be read without this program. */
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
    struct block blocks[] = {{"/posterior/mu", posterior->mu}, {"/posterior/rho", posterior->rho}};
    enum status status = blocks_save(store, posterior, blocks, 2, error);
    if (status == STATUS_OK)
        status = tensors_save(store, posterior, error);
    if (status == STATUS_OK)
        status = store_set_text(store, "/posterior", "identity", identity, error);
    return status;
}

enum status checkpoint_load_posterior(struct store *store, struct posterior *posterior, struct error *error)
{
    struct block blocks[] = {{"/posterior/mu", posterior->mu}, {"/posterior/rho", posterior->rho}};
    return blocks_load(store, posterior, blocks, 2, error);
}

/* The moments and means live together under /checkpoint: /posterior appears only when training is done. */
enum { CHECKPOINT_BLOCKS = 6, STATE_MEMBERS = 9 };

static void checkpoint_blocks(const struct posterior *posterior, struct block blocks[CHECKPOINT_BLOCKS])
{
    blocks[0] = (struct block){"/checkpoint/mu", posterior->mu};
    blocks[1] = (struct block){"/checkpoint/m_mu", posterior->m_mu};
    blocks[2] = (struct block){"/checkpoint/v_mu", posterior->v_mu};
    blocks[3] = (struct block){"/checkpoint/rho", posterior->rho};
    blocks[4] = (struct block){"/checkpoint/m_rho", posterior->m_rho};
    blocks[5] = (struct block){"/checkpoint/v_rho", posterior->v_rho};
}

struct member {
    const char *name;
    double *value;
};

static void state_members(struct train_state *state, struct member members[STATE_MEMBERS])
{
    const struct member all[STATE_MEMBERS] = {
        {"step", &state->step},         {"sigma_steps", &state->sigma_steps},
        {"loss_sum", &state->loss_sum}, {"nll_sum", &state->nll_sum},
        {"kl_sum", &state->kl_sum},     {"correct", &state->correct},
        {"items", &state->items},       {"steps_in_epoch", &state->steps_in_epoch},
        {"seconds", &state->seconds},
    };
    for (size_t i = 0; i < STATE_MEMBERS; i++)
        members[i] = all[i];
}

enum status checkpoint_save(struct store *store, const struct posterior *posterior, const struct train_state *state,
                            const char *identity, struct error *error)
{
    struct block blocks[CHECKPOINT_BLOCKS];
    checkpoint_blocks(posterior, blocks);
    enum status status = blocks_save(store, posterior, blocks, CHECKPOINT_BLOCKS, error);
    struct train_state copy = *state;
    struct member members[STATE_MEMBERS];
    state_members(&copy, members);
    for (size_t i = 0; i < STATE_MEMBERS && status == STATUS_OK; i++)
        status = store_set_number(store, "/checkpoint", members[i].name, *members[i].value, error);
    if (status == STATUS_OK)
        status = store_set_text(store, "/checkpoint", "identity", identity, error);
    return status;
}

enum status checkpoint_load(struct store *store, struct posterior *posterior, struct train_state *state,
                            struct error *error)
{
    struct block blocks[CHECKPOINT_BLOCKS];
    checkpoint_blocks(posterior, blocks);
    enum status status = blocks_load(store, posterior, blocks, CHECKPOINT_BLOCKS, error);
    struct member members[STATE_MEMBERS];
    state_members(state, members);
    for (size_t i = 0; i < STATE_MEMBERS && status == STATUS_OK; i++)
        status = store_get_number(store, "/checkpoint", members[i].name, members[i].value, error);
    return status;
}
