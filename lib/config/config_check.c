/* lib/config/config_check.c: conditions on more than one number at a time. Texts that name registry rows are checked
 * where the registries are known (lib/run); the choices here have no registry. */
#include <string.h>

#include "core/registry.h"
#include "config/config_private.h"

/* To add a check that one key is at most another: add a row. Both keys are CONFIG_FLOAT. */
static const struct {
    enum config_key_index low, high;
} ORDERED[] = {
    {KEY_posterior_sigma_start_low, KEY_posterior_sigma_start_high},
    {KEY_posterior_kl_warmup_begin, KEY_posterior_kl_warmup_end},
};

enum { CHOICES_MAX = 3 };

/* To add a text with a few allowed values: add a row. */
static const struct {
    enum config_key_index key;
    size_t count;
    const char *names[CHOICES_MAX];
} CHOICES[] = {
    {KEY_posterior_kl_reduction, 2, {"sum", "mean"}}, {KEY_model_precision, 2, {"fp32", "bf16"}},
    {KEY_posterior_start, 2, {"lecun", "glorot"}},    {KEY_perturb_fill, 2, {"background", "black"}},
    {KEY_prune_granularity, 2, {"weight", "unit"}},   {KEY_data_evaluate, 2, {"test", "validation"}},
    {KEY_data_missing, 2, {"refuse", "interpolate"}}, {KEY_data_lengths, 3, {"refuse", "pad", "stretch"}},
};

static double number_of(const struct config *config, const struct config_key *key)
{
    return *(const double *)config_field_of(config, key);
}

static enum status check_order(const struct config_source *source, const struct config *config, size_t low, size_t high,
                               struct error *error)
{
    const struct config_key *lower = &config_keys()[low], *upper = &config_keys()[high];
    if (number_of(config, lower) <= number_of(config, upper))
        return STATUS_OK;
    char low_text[CONFIG_NUMBER_SIZE], high_text[CONFIG_NUMBER_SIZE];
    config_number_format(number_of(config, lower), low_text);
    config_number_format(number_of(config, upper), high_text);
    return error_set(error, STATUS_USAGE, "%s: %s = %s is above %s = %s (%s); set both",
                     config_source_origin(source, low), lower->full_name, low_text, upper->full_name, high_text,
                     config_source_origin(source, high));
}

static enum status check_choice(const struct config_source *source, const struct config *config, size_t key,
                                const char *const *names, size_t count, struct error *error)
{
    const struct config_key *row = &config_keys()[key];
    const char *text = config_field_of(config, row), *origin = config_source_origin(source, key);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(text, names[i]) == 0)
            return STATUS_OK;
    }
    const char *nearest = names_nearest(text, names, count);
    if (nearest)
        return error_set(error, STATUS_USAGE, "%s: %s = %s; did you mean %s?", origin, row->full_name, text, nearest);
    char list[128] = "";
    for (size_t i = 0; i < count; i++) {
        strncat(list, i > 0 ? " or " : "", sizeof list - strlen(list) - 1);
        strncat(list, names[i][0] ? names[i] : "empty", sizeof list - strlen(list) - 1);
    }
    return error_set(error, STATUS_USAGE, "%s: %s = %s is not %s", origin, row->full_name, text, list);
}

/* Names that become parts of other names. */
static const enum config_key_index NAMES[] = {KEY_run_profile, KEY_model_name};

static enum status check_name(const struct config_source *source, const struct config *config, size_t key,
                              struct error *error)
{
    const struct config_key *row = &config_keys()[key];
    const char *text = config_field_of(config, row);
    if (text[strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_")])
        return error_set(error, STATUS_USAGE, "%s: %s = %s: a name has a-z, 0-9 and _ only",
                         config_source_origin(source, key), row->full_name, text);
    return STATUS_OK;
}

/* Anybody may add a profile: any name will do, but for one that seems to be a misspelt "smoke", whose runs decide no
 * claim. */
static enum status check_profile(const struct config_source *source, const struct config *config, struct error *error)
{
    static const char *const decides_nothing[] = {"smoke"};
    const char *text = config->run.profile, *origin = config_source_origin(source, KEY_run_profile);
    if (strcmp(text, decides_nothing[0]) != 0 && names_nearest(text, decides_nothing, 1))
        return error_set(error, STATUS_USAGE, "%s: run.profile = %s; did you mean %s?", origin, text,
                         decides_nothing[0]);
    return STATUS_OK;
}

enum status config_check(const struct config_source *source, const struct config *config, struct error *error)
{
    enum status status = STATUS_OK;
    for (size_t i = 0; i < sizeof ORDERED / sizeof ORDERED[0] && status == STATUS_OK; i++)
        status = check_order(source, config, ORDERED[i].low, ORDERED[i].high, error);
    for (size_t i = 0; i < sizeof CHOICES / sizeof CHOICES[0] && status == STATUS_OK; i++)
        status = check_choice(source, config, CHOICES[i].key, CHOICES[i].names, CHOICES[i].count, error);
    for (size_t i = 0; i < sizeof NAMES / sizeof NAMES[0] && status == STATUS_OK; i++)
        status = check_name(source, config, NAMES[i], error);
    return status == STATUS_OK ? check_profile(source, config, error) : status;
}
