#include "run/mismatch.h"

#include <stdio.h>
#include <string.h>

#include "core/memory.h"
#include "io/text_buffer.h"
#include "run/run_file.h"

enum { KEYS_SHOWN = 4 };

/* What the file was trained on. */
enum held_data { HELD_FILES, HELD_STAND_IN, HELD_BUILT_IN };

static enum held_data data_of(const struct run_file *file)
{
    size_t parts = 1;
    if (file->kind && !file->own)
        (void)layout_parts(file->kind->name, &parts);
    if (dataset_source_is_synthetic(file->data_source))
        return HELD_STAND_IN;
    return parts > 0 ? HELD_FILES : HELD_BUILT_IN;
}

/* Whether a stand-in would replace files without being asked for. */
static bool stands_in_unasked(const struct run *run, const struct run_file *file)
{
    return data_of(file) == HELD_FILES && run->dataset->synthetic && !run->config.data.synthetic;
}

static bool same_data(const struct run *run, const struct run_file *file)
{
    return strcmp(file->data_identity, run->data_identity) == 0;
}

static const char *title_of(const struct run_file *file)
{
    return file->kind ? file->kind->title : file->dataset;
}

/* What separates two differences. */
static const char *separator(const struct text_buffer *text)
{
    return text->used > 0 ? "; " : "";
}

static void add_held_data(const struct run_file *file, struct text_buffer *text)
{
    char *directory = NULL;
    enum held_data held = data_of(file);
    if (held == HELD_STAND_IN)
        text_add(text, "trained on a stand-in for %s (%s)", title_of(file), file->data_source);
    else if (held == HELD_BUILT_IN)
        text_add(text, "trained on the built-in points of %s", title_of(file));
    else
        text_add(text, "trained on %s files with sha256 %.12s... (%s)", title_of(file), file->data_identity,
                 strncmp(file->data_source, "official", 8) == 0 ? "the official ones" : "not the official ones");
    /* their directory is only a hint: an older file without it is just as good */
    if (held == HELD_FILES && store_get_text(file->store, "/data", "directory", &directory, NULL) == STATUS_OK &&
        directory[0])
        text_add(text, ", then in %s", directory);
    memory_free(directory);
}

static void add_data(const struct run *run, const struct run_file *file, struct text_buffer *text)
{
    const struct dataset *dataset = run->dataset;
    if (same_data(run, file))
        return;
    text_add(text, "%s", separator(text));
    add_held_data(file, text);
    if (dataset->synthetic)
        text_add(text, ", where a stand-in (SYNTHETIC) is wanted%s",
                 run->config.data.synthetic ? " by data.synthetic = yes" : ", for there are no such files now");
    else if (dataset->directory[0])
        text_add(text, ", and those in %s have sha256 %.12s...", dataset->directory, run->data_identity);
    else
        text_add(text, ", where %s is wanted", run->kind->title);
}

/* The keys that a training depends on. A config that this version cannot read always differs. */
static enum status add_keys(const struct run *run, const struct run_file *file, struct text_buffer *text,
                            struct error *error)
{
    struct config held;
    struct error unread = {0};
    char sections[RUN_SECTIONS_SIZE];
    run_train_sections(run, sections);
    enum status status = run_file_config(file, &held, &unread);
    if (status == STATUS_NO_MEMORY)
        return error_set(error, status, "%s", unread.message);
    if (status != STATUS_OK) {
        text_add(text, "%sits config is none of this version (%s)", separator(text), unread.message);
        return STATUS_OK;
    }
    char *keys = config_differences(&held, &run->config, sections, KEYS_SHOWN, error);
    if (keys && keys[0])
        text_add(text, "%s%s", separator(text), keys);
    memory_free(keys);
    return keys ? STATUS_OK : STATUS_NO_MEMORY;
}

/* All that differs, in words. The caller frees with memory_free; NULL on failure. */
static char *differences(const struct run *run, const struct run_file *file, struct error *error)
{
    struct text_buffer text = text_begin(error);
    add_data(run, file, &text);
    if (file->seed != run->seed)
        text_add(&text, "%sseed: %llu in the file, %llu wanted", separator(&text), (unsigned long long)file->seed,
                 (unsigned long long)run->seed);
    enum status status = add_keys(run, file, &text, error);
    if (status == STATUS_OK && text.used == 0)
        text_add(&text, "trained by a version of the program that comes to other numbers");
    char *words = text_take(&text);
    if (status == STATUS_OK)
        return words;
    memory_free(words);
    return NULL;
}

/* Never replaces a run of files. */
static const char *advice_to_look(const struct run *run, const struct run_file *file)
{
    if (data_of(file) != HELD_FILES)
        return "`tenth train` with the same arguments and --force replaces it";
    if (same_data(run, file))
        return "give the file itself in place of the config, or train under another run.name or --out";
    return "give --data-dir (or $TENTH_DATA) with the files that it was trained on";
}

static const char *advice_to_train(const struct run *run, const struct run_file *file)
{
    if (stands_in_unasked(run, file))
        return run->force
                   ? "--force alone does not put a stand-in in the place of files, but with data.synthetic = yes; give "
                     "--data-dir (or $TENTH_DATA), where the files are, or another --out"
                   : "give --data-dir (or $TENTH_DATA), where the files are, or another --out, or set run.name";
    return data_of(file) == HELD_FILES ? "give another --out, or set run.name"
                                       : "give --force to replace it, or another --out, or set run.name";
}

static enum status refuse(const struct run *run, const struct run_file *file, enum status status, const char *advice,
                          struct error *error)
{
    char *words = differences(run, file, error);
    if (!words)
        return STATUS_NO_MEMORY;
    (void)error_set(error, status, "%s is of another training: %s; %s", run->path, words, advice);
    memory_free(words);
    return status;
}

enum status mismatch_explain(const struct run *run, struct error *error)
{
    struct run_file file;
    bool under_way = false;
    if (!run_is_there(run))
        return error_set(error, STATUS_USAGE, "%s is not there; `tenth train` with the same arguments makes it",
                         run->path);
    enum status status = run_has(run, "/checkpoint", run->train_identity, &under_way, error);
    if (status == STATUS_OK && under_way)
        return error_set(error, STATUS_USAGE,
                         "%s is of a training that has not come to its end; `tenth train` with the same arguments goes "
                         "on with it",
                         run->path);
    if (status != STATUS_OK)
        return status;
    status = run_file_open(run->path, &file, error);
    if (status == STATUS_OK) {
        bool data = data_of(&file) == HELD_FILES && !same_data(run, &file);
        status = refuse(run, &file, data ? STATUS_DATA : STATUS_USAGE, advice_to_look(run, &file), error);
    }
    run_file_close(&file);
    return status;
}

enum status mismatch_may_replace(const struct run *run, struct error *error)
{
    struct run_file file;
    enum status status = run_file_open(run->path, &file, error);
    if (status == STATUS_OK) {
        bool stands_in = stands_in_unasked(run, &file);
        if (!run->force || stands_in)
            status = refuse(run, &file, stands_in ? STATUS_DATA : STATUS_USAGE, advice_to_train(run, &file), error);
    }
    run_file_close(&file);
    return status;
}
