/* experiments/cmd_run.c: `tenth run`, and its single stages. Every cell of every config with every seed is a job; jobs
 * share only their files, so they can run one after the other or, with --jobs, in parallel. */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "commands.h"
#include "core/clock.h"
#include "core/memory.h"
#include "core/texts.h"
#include "io/atomic_file.h"
#include "io/file_list.h"
#include "io/file_lock.h"
#include "jobs.h"
#include "overrides.h"
#include "profile.h"
#include "progress.h"
#include "project.h"
#include "sweep/illustrate.h"
#include "sweep/ood_sweep.h"
#include "sweep/perturb_sweep.h"
#include "sweep/prune.h"
#include "run/mismatch.h"
#include "run/run.h"
#include "run/run_file.h"
#include "run/tables.h"
#include "say.h"
#include "run_input.h"
#include "run/train.h"

struct stage {
    enum run_stage bit;
    const char *name;
    enum status (*work)(const struct run *run, const struct monitor *monitor, struct error *error);
};

static const struct stage stages[] = {{RUN_TRAIN, "train", run_train},
                                      {RUN_PRUNE, "prune", run_prune},
                                      {RUN_PERTURB, "perturb", run_perturb},
                                      {RUN_OOD, "ood", run_ood},
                                      {RUN_ILLUSTRATE, "illustrate", run_illustrate}};
enum { STAGE_TRAIN, STAGE_PRUNE, STAGE_PERTURB, STAGE_OOD, STAGE_ILLUSTRATE, STAGES };

/* A config as named on the command line. */
struct input {
    const char *path; /* .ini, or .h5: a run's file means its config */
    struct config_source *source;
    uint64_t seed, seeds;
    bool is_run_file;
};

/* More runs than this are a slip in a sweep or in run.seeds: they would take years, and checking them minutes. */
enum { JOBS_MAX = 100000 };

struct batch {
    const struct options *options;
    size_t first_stage, last_stage;
    struct input *inputs;
    size_t input_count, job_count;
    int least_threads, most_threads; /* of a job */
    struct progress_view view;
    char shipped[4096];
};

static enum status input_open(struct input *input, const struct options *options, struct error *error)
{
    input->is_run_file = text_ends_with(input->path, ".h5");
    input->seeds = 1;
    if (input->is_run_file && options->seed >= 0)
        return error_set(error, STATUS_USAGE, "%s: a run's file has its seed; omit --seed, or give the config",
                         input->path);
    if (input->is_run_file && options->profile)
        return error_set(error, STATUS_USAGE, "%s: a run's file has its config; omit --profile, or give the config",
                         input->path);
    enum status status = input->is_run_file ? run_input_read(input->path, &input->source, &input->seed, error)
                                            : profile_read(input->path, options->profile, &input->source, error);
    if (status == STATUS_OK)
        status = overrides_apply(input->source, options, error);
    struct config config = {0};
    char label[CONFIG_LABEL_SIZE];
    if (status == STATUS_OK)
        status = config_cell(input->source, 0, &config, label, error);
    if (status == STATUS_OK && !input->is_run_file) {
        input->seed = (uint64_t)config.run.seed;
        input->seeds = (uint64_t)config.run.seeds;
    }
    return status;
}

static size_t input_jobs(const struct input *input)
{
    return config_cells(input->source) * input->seeds;
}

/* Job number `job` as (input, cell, seed): cells outside, seeds inside. */
static const struct input *job_find(const struct batch *batch, size_t job, size_t *cell, uint64_t *seed)
{
    const struct input *input = batch->inputs;
    while (job >= input_jobs(input)) {
        job -= input_jobs(input);
        input++;
    }
    *cell = job / input->seeds;
    *seed = input->seed + job % input->seeds;
    return input;
}

static enum status stages_work(struct batch *batch, const struct run *run, struct error *error)
{
    struct monitor monitor = progress_monitor(&batch->view);
    enum status status = STATUS_OK;
    for (size_t s = batch->first_stage; s <= batch->last_stage && status == STATUS_OK; s++) {
        status = stages[s].work(run, &monitor, error);
        if (status == STATUS_OK)
            progress_end_stage(&batch->view, run->name, stages[s].name, "is there already");
        else
            (void)error_context(error, "%s: %s: ", run->name, stages[s].name);
    }
    return status;
}

static unsigned int stages_of(const struct batch *batch)
{
    unsigned int sum = 0;
    for (size_t s = batch->first_stage; s <= batch->last_stage; s++)
        sum |= stages[s].bit;
    return sum;
}

static struct run_options run_options_of(const struct batch *batch, const struct input *input)
{
    const struct options *options = batch->options;
    return (struct run_options){
        .out = options->out,
        .path = input->is_run_file ? input->path : NULL,
        .places = options_places(options, batch->shipped),
        .threads = options->threads,
        .beside = batch->job_count < (size_t)options->jobs ? (int)batch->job_count : options->jobs,
        .force = options->force,
        .stages = stages_of(batch),
    };
}

/* The data behind the results, if not what was searched for first: --quiet does not hide it. */
static void say_data(struct batch *batch, const struct run *run, size_t job)
{
    const struct dataset *dataset = run->dataset;
    if (dataset->synthetic || dataset->note)
        progress_insist(&batch->view, "[%zu/%zu] %s  data: %s%s%s", job + 1, batch->job_count, run->name,
                        dataset->source, dataset->note ? ": " : "", dataset->note ? dataset->note : "");
    else if (!dataset->official)
        progress_say(&batch->view, "[%zu/%zu] %s  data: %s", job + 1, batch->job_count, run->name, dataset->source);
}

/* How long it waits without --wait: a process that was told to stop saves before it ends, and those of a killed parent
 * are told by its end. */
enum { GRACE_SECONDS = 5 };

/* Waits for the lock of the run's file. *lock is NULL if none can be made: then the file may be read, and *why says why
 * it may not be written. */
static enum status job_lock(struct batch *batch, const struct run *run, struct file_lock **lock, struct error *why,
                            struct error *error)
{
    const struct timespec pause = {.tv_nsec = 100000000};
    const double start = monotonic_seconds();
    struct monitor monitor = progress_monitor(&batch->view);
    struct lock_found found;
    bool told = false;
    for (;;) {
        if (file_lock_take(run->path, lock, &found, why) != STATUS_OK)
            return STATUS_OK;
        if (*lock)
            break;
        if (!batch->options->wait && monotonic_seconds() - start > GRACE_SECONDS)
            return error_set(error, STATUS_FAILED, "%s: %s%s, by %s.lock; wait for it, or give --wait", run->path,
                             found.who[0] ? "is running on " : "is locked, nobody knows by whom", found.who, run->path);
        if (batch->options->wait && !told)
            progress_say(&batch->view, "[%zu/%zu] %s  is running on %s: waiting", batch->view.run, batch->view.runs,
                         run->name, found.who[0] ? found.who : "another machine");
        told = true;
        enum status status = monitor_check(&monitor, error);
        if (status != STATUS_OK)
            return status;
        (void)nanosleep(&pause, NULL);
    }
    if (found.taken_over)
        progress_say(&batch->view, "[%zu/%zu] %s  goes on in place of a process that died%s%s%s", batch->view.run,
                     batch->view.runs, run->name, found.who[0] ? " (" : "", found.who, found.who[0] ? ")" : "");
    return STATUS_OK;
}

/* The stages under the lock of the run's file; they find there what another process has done in the meantime. */
static enum status stages_locked(struct batch *batch, struct run *run, struct error *error)
{
    struct file_lock *lock = NULL;
    struct error why = {0};
    enum status status = job_lock(batch, run, &lock, &why, error);
    run->lock = lock;
    run->not_locked = lock ? NULL : &why;
    batch->view.lock = lock;
    if (status == STATUS_OK)
        status = stages_work(batch, run, error);
    batch->view.lock = NULL;
    run->lock = NULL;
    run->not_locked = NULL;
    file_lock_release(lock);
    return status;
}

/* One job from beginning to end; its errors are printed here. */
static enum status job_work(void *context, size_t job)
{
    struct batch *batch = context;
    struct error error = {0};
    size_t cell;
    uint64_t seed;
    const struct input *input = job_find(batch, job, &cell, &seed);
    struct run_options run_options = run_options_of(batch, input);
    struct run run;
    batch->view.run = job + 1;
    batch->view.stage = NULL; /* of an earlier job that failed */
    enum status status = run_open(&run, input->source, cell, seed, &run_options, &error);
    if (status == STATUS_OK)
        say_data(batch, &run, job);
    if (status == STATUS_OK)
        status = stages_locked(batch, &run, &error);
    else
        (void)error_context(&error, "%s: ", input->path);
    if (status != STATUS_OK)
        progress_error(&batch->view, &error);
    run_close(&run);
    return status;
}

static enum status data_check(const struct input *input, const struct run *run, struct error *error)
{
    if (run->dataset) /* it is open already */
        return STATUS_OK;
    enum status status = dataset_check(run->kind, run->places, run->config.data.synthetic, error);
    return status == STATUS_OK ? status : error_context(error, "%s: ", input->path);
}

/* No two jobs may share a file. */
static enum status path_check(struct texts *paths, const struct input *input, const struct run *run,
                              struct error *error)
{
    const size_t before = texts_count(paths);
    size_t number;
    enum status status = texts_add(paths, run->path, &number, error);
    if (status == STATUS_OK && number < before)
        status = error_set(error, STATUS_USAGE,
                           "%s: another run of this command writes %s too; set run.name in one of the two configs",
                           input->path, run->path);
    return status;
}

/* Resolves every job, and looks for its data, before the first is trained, so that a mistake in the last does not cost
 * hours; no two may share a file. */
static enum status jobs_check(struct batch *batch, struct error *error)
{
    struct texts paths = {0};
    enum status status = STATUS_OK;
    for (size_t job = 0; status == STATUS_OK && job < batch->job_count; job++) {
        struct run run;
        size_t cell;
        uint64_t seed;
        const struct input *input = job_find(batch, job, &cell, &seed);
        struct run_options run_options = run_options_of(batch, input);
        status = run_resolve(&run, input->source, cell, seed, &run_options, error);
        batch->least_threads = job == 0 || run.threads < batch->least_threads ? run.threads : batch->least_threads;
        batch->most_threads = run.threads > batch->most_threads ? run.threads : batch->most_threads;
        if (status == STATUS_OK)
            status = data_check(input, &run, error);
        if (status == STATUS_OK)
            status = path_check(&paths, input, &run, error);
        run_close(&run);
    }
    texts_free(&paths);
    return status;
}

static void batch_close(struct batch *batch)
{
    for (size_t i = 0; i < batch->input_count; i++)
        config_free(batch->inputs[i].source);
    memory_free(batch->inputs);
}

static enum status batch_open(struct batch *batch, struct error *error)
{
    const struct options *options = batch->options;
    if (options->argument_count == 0)
        return error_set(error, STATUS_USAGE, "no config is given; for example: tenth run configs/mnist_vi.ini");
    batch->inputs = memory_alloc(options->argument_count, sizeof *batch->inputs, error);
    if (!batch->inputs)
        return STATUS_NO_MEMORY;
    batch->input_count = options->argument_count;
    enum status status = STATUS_OK;
    for (size_t i = 0; i < options->argument_count && status == STATUS_OK; i++) {
        batch->inputs[i].path = options->arguments[i];
        status = input_open(&batch->inputs[i], options, error);
        batch->job_count += status == STATUS_OK ? input_jobs(&batch->inputs[i]) : 0;
        if (status == STATUS_OK && batch->job_count > JOBS_MAX)
            status = error_set(error, STATUS_USAGE,
                               "%s: with it there are %zu runs, and a command has %d at most; sweep fewer values, or "
                               "take fewer seeds (run.seeds)",
                               batch->inputs[i].path, batch->job_count, JOBS_MAX);
    }
    project_path("/data", batch->shipped, sizeof batch->shipped);
    if (status == STATUS_OK)
        status = jobs_check(batch, error);
    /* Whether a run's file is writable is checked when there is something to write. */
    return status == STATUS_OK && !options->dry_run ? directory_make(options->out, error) : status;
}

/* Removes leftovers of killed processes where this command writes. */
static enum status batch_sweep(const struct batch *batch, struct error *error)
{
    char *last = memory_copy_text(batch->options->out, error);
    atomic_sweep(batch->options->out);
    for (size_t i = 0; i < batch->input_count && last; i++) {
        if (!batch->inputs[i].is_run_file)
            continue;
        char *directory = parent_directory(batch->inputs[i].path, error);
        if (directory && strcmp(directory, last) != 0)
            atomic_sweep(directory);
        memory_free(last);
        last = directory;
    }
    const bool swept = last != NULL;
    memory_free(last);
    return swept ? STATUS_OK : STATUS_NO_MEMORY;
}

/* How the processors are shared. */
static void say_shares(struct batch *batch)
{
    const size_t asked = (size_t)batch->options->jobs, beside = asked < batch->job_count ? asked : batch->job_count;
    char threads[32] = "";
    if (batch->least_threads < batch->most_threads)
        (void)snprintf(threads, sizeof threads, "%d to ", batch->least_threads);
    progress_say(&batch->view, "runs: %zu, at the same time: %zu, threads of each: %s%d", batch->job_count, beside,
                 threads, batch->most_threads);
}

/* What a dry run says of a run's file: the stages, told that they may not write, end where they would begin to work. */
static enum status state_of(const struct batch *batch, struct run *run, char state[64], struct error *error)
{
    const struct error why = {.status = STATUS_INTERRUPTED};
    const bool trains = batch->first_stage == STAGE_TRAIN;
    bool trained, begun;
    enum status status = run_has(run, "/posterior", run->train_identity, &trained, error);
    if (status == STATUS_OK)
        status = run_has(run, "/checkpoint", run->train_identity, &begun, error);
    if (status != STATUS_OK)
        return status;
    (void)snprintf(state, 64, "%s", !run_is_there(run) ? "would run" : begun ? "would resume" : "would replace a run");
    if (!trained && trains)
        return run_is_there(run) && !begun ? mismatch_may_replace(run, error) : STATUS_OK;
    (void)snprintf(state, 64, "is there");
    run->not_locked = &why;
    for (size_t s = batch->first_stage; s <= batch->last_stage && status == STATUS_OK; s++) {
        status = stages[s].work(run, NULL, error);
        if (status == STATUS_INTERRUPTED)
            (void)snprintf(state, 64, "would resume: %s", stages[s].name);
    }
    run->not_locked = NULL;
    return status == STATUS_INTERRUPTED ? STATUS_OK : status;
}

/* How long the training of the file's run took, if it was of the same config, profile and data, with whatever seed;
 * else *seconds is as it was. What cannot be read does not tell. */
static void seconds_from(const char *path, const struct run *run, double *seconds)
{
    char sections[RUN_SECTIONS_SIZE], *wanted = NULL, *held = NULL;
    struct run_file file;
    struct config config = {0};
    run_train_sections(run, sections);
    struct table *summary = table_create(table_find("summary"), NULL);
    enum status status = run_file_open(path, &file, NULL);
    if (status == STATUS_OK)
        status = run_file_config(&file, &config, NULL);
    if (status == STATUS_OK) {
        held = config_section_text(&config, sections, NULL);
        wanted = config_section_text(&run->config, sections, NULL);
    }
    if (held && wanted && summary && strcmp(held, wanted) == 0 &&
        strcmp(config.run.profile, run->config.run.profile) == 0 &&
        strcmp(file.data_identity, run->data_identity) == 0 &&
        table_load_if_there(summary, file.store, NULL) == STATUS_OK && table_rows(summary) > 0)
        *seconds = table_number(summary, 0, "train_seconds");
    memory_free(held);
    memory_free(wanted);
    table_free(summary);
    run_file_close(&file);
}

static enum status say_job(struct batch *batch, size_t job, char *const *files, size_t count, struct error *error)
{
    size_t cell;
    uint64_t seed;
    const struct input *input = job_find(batch, job, &cell, &seed);
    struct run_options run_options = run_options_of(batch, input);
    struct run run;
    char state[64] = "", took[64] = "unknown";
    double seconds = NAN;
    enum status status = run_open(&run, input->source, cell, seed, &run_options, error);
    if (status == STATUS_OK)
        status = state_of(batch, &run, state, error);
    for (size_t i = 0; i < count && status == STATUS_OK && isnan(seconds); i++)
        seconds_from(files[i], &run, &seconds);
    if (!isnan(seconds))
        (void)snprintf(took, sizeof took, "about %.3g s, as another run of its config", seconds);
    if (status == STATUS_OK && strcmp(state, "is there") == 0)
        say(stdout, "%s  %s\n", run.name, state);
    else if (status == STATUS_OK)
        say(stdout, "%s  %s; training takes: %s\n", run.name, state, took);
    run_close(&run);
    return status;
}

/* A line for each run. A run that would fail does not hide those after it. */
static enum status say_jobs(struct batch *batch, struct error *error)
{
    char **files = NULL;
    size_t count = 0;
    enum status worst = directory_files(batch->options->out, ".h5", &files, &count, error);
    for (size_t job = 0; worst != STATUS_NO_MEMORY && job < batch->job_count; job++) {
        struct error own = {0};
        const enum status status = say_job(batch, job, files, count, &own);
        if (status != STATUS_OK && worst == STATUS_OK)
            *error = own;
        else if (status != STATUS_OK)
            progress_error(&batch->view, &own);
        worst = worst == STATUS_OK ? status : worst;
    }
    paths_free(files, count);
    return worst;
}

static enum status run_stages(const struct options *options, size_t first, size_t last, struct error *error)
{
    struct batch batch = {.options = options, .first_stage = first, .last_stage = last};
    enum status status = batch_open(&batch, error);
    if (status == STATUS_OK && !options->dry_run)
        status = batch_sweep(&batch, error);
    if (status == STATUS_OK && !options->dry_run) {
        progress_begin(&batch.view, options->quiet, batch.job_count);
        progress_hold_signals();
        say_shares(&batch);
        struct monitor monitor = progress_monitor(&batch.view);
        status = jobs_work(batch.job_count, options->jobs, &monitor, job_work, &batch, error);
    } else if (status == STATUS_OK && !options->quiet)
        status = say_jobs(&batch, error);
    batch_close(&batch);
    return status;
}

enum status command_run(const struct options *options, struct error *error)
{
    return run_stages(options, STAGE_TRAIN, STAGE_ILLUSTRATE, error);
}

enum status command_train(const struct options *options, struct error *error)
{
    return run_stages(options, STAGE_TRAIN, STAGE_TRAIN, error);
}

enum status command_prune(const struct options *options, struct error *error)
{
    return run_stages(options, STAGE_PRUNE, STAGE_PRUNE, error);
}

enum status command_perturb(const struct options *options, struct error *error)
{
    return run_stages(options, STAGE_PERTURB, STAGE_PERTURB, error);
}

enum status command_ood(const struct options *options, struct error *error)
{
    return run_stages(options, STAGE_OOD, STAGE_OOD, error);
}

enum status command_illustrate(const struct options *options, struct error *error)
{
    return run_stages(options, STAGE_ILLUSTRATE, STAGE_ILLUSTRATE, error);
}
