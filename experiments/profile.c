#include "profile.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "project.h"
#include "run_input.h"

enum { PATH_SIZE = 4096 + 512 };

/* The data set and the method of every cell. */
static enum status of_all_cells(const struct config_source *source, const char *path, char stem[2 * CONFIG_TEXT_SIZE],
                                size_t *dataset_length, struct error *error)
{
    enum status status = STATUS_OK;
    for (size_t cell = 0; cell < config_cells(source) && status == STATUS_OK; cell++) {
        struct config config;
        char label[CONFIG_LABEL_SIZE], name[2 * CONFIG_TEXT_SIZE];
        status = config_cell(source, cell, &config, label, error);
        if (status != STATUS_OK)
            return status;
        (void)snprintf(name, sizeof name, "%s_%s", config.data.dataset, config.posterior.method);
        if (cell > 0 && strcmp(name, stem) != 0)
            return error_set(error, STATUS_USAGE,
                             "%s: sweeps over data sets or methods, which have profiles of their own; omit --profile, "
                             "or write a config for each",
                             path);
        (void)snprintf(stem, 2 * CONFIG_TEXT_SIZE, "%s", name);
        *dataset_length = strlen(config.data.dataset);
    }
    return status;
}

/* configs/profiles/NAME.ini, or with a data set and a method. */
static void overlay_path(const char *profile, const char *stem, size_t length, char path[PATH_SIZE])
{
    char directory[4096];
    project_path("/configs/profiles", directory, sizeof directory);
    (void)snprintf(path, PATH_SIZE, "%s/%.64s%s%.*s.ini", directory, profile, length > 0 ? "_" : "", (int)length, stem);
}

/* Each of its files that is there; the first has to be. */
static enum status overlay(struct config_source *source, const char *profile, const char *stem, size_t dataset_length,
                           struct error *error)
{
    const size_t lengths[] = {0, dataset_length, strlen(stem)};
    enum status status = STATUS_OK;
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0] && status == STATUS_OK; i++) {
        char path[PATH_SIZE];
        overlay_path(profile, stem, lengths[i], path);
        if (access(path, F_OK) == 0)
            status = config_overlay(source, path, error);
        else if (i == 0)
            return error_set(
                error, STATUS_USAGE,
                "--profile %s: there is no %s; give standard, the name of another file there, or a file's path",
                profile, path);
    }
    return status;
}

enum status profile_read(const char *path, const char *profile, struct config_source **source, struct error *error)
{
    char stem[2 * CONFIG_TEXT_SIZE] = "";
    size_t dataset_length = 0;
    enum status status = config_read(path, source, error);
    if (status != STATUS_OK || !profile || strcmp(profile, "standard") == 0)
        return status;
    if (text_ends_with(profile, ".ini")) {
        status = config_overlay(*source, profile, error);
    } else if (strchr(profile, '/')) {
        status = error_set(error, STATUS_USAGE,
                           "--profile %s: a profile's name, or a file that ends with .ini, is wanted", profile);
    } else {
        status = of_all_cells(*source, path, stem, &dataset_length, error);
        if (status == STATUS_OK)
            status = overlay(*source, profile, stem, dataset_length, error);
    }
    if (status != STATUS_OK) {
        config_free(*source);
        *source = NULL;
    }
    return status;
}
