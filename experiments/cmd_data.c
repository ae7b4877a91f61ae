/* experiments/cmd_data.c: `tenth data FILE...`: what files of data are, and the [data] section that reads them. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "commands.h"
#include "core/size.h"
#include "data/own.h"
#include "data/own_survey.h"
#include "say.h"

enum { CLASSES_SHOWN = 20, PATH_SIZE = 4096 };

/* What the section needs to know of a file of each purpose. */
struct found {
    char path[OWN_FILES][PATH_SIZE]; /* "": there is none */
    char format[32];
    size_t missing;
    size_t longest; /* of series: of the file before */
    bool unequal;   /* lengths */
};

/* ---- the purpose of a file, by its name ---- */

/* Words of the last name of a path that tell the purpose; the first stands for the others in the training file's. */
static const char *const test_words[] = {"test", "t10k"}, *const validation_words[] = {"validation", "valid", "val"};

static const char *last_name(const char *path)
{
    size_t length = strlen(path);
    while (length > 1 && path[length - 1] == '/')
        length--;
    while (length > 0 && path[length - 1] != '/')
        length--;
    return path + length;
}

/* Where a word begins in a text, whatever their case. NULL: nowhere. */
static const char *find_word(const char *text, const char *word)
{
    for (; *text; text++) {
        size_t i = 0;
        while (word[i] && (text[i] | 0x20) == word[i])
            i++;
        if (!word[i])
            return text;
    }
    return NULL;
}

static enum own_file purpose_of(const char *path, bool only_labels)
{
    const char *name = last_name(path);
    enum own_file file = OWN_TRAIN;
    for (size_t i = 0; i < sizeof test_words / sizeof test_words[0]; i++)
        file = find_word(name, test_words[i]) ? OWN_TEST : file;
    for (size_t i = 0; i < sizeof validation_words / sizeof validation_words[0] && file == OWN_TRAIN; i++)
        file = find_word(name, validation_words[i]) ? OWN_VALIDATION : file;
    return only_labels ? (enum own_file)(file + 1) : file; /* labels follow their items */
}

/* `path` with `word` of its last name replaced, in capitals if it has those. False: it has no such word, or there is no
 * such file. */
static bool find_sibling(const char *path, const char *word, const char *instead, char sibling[PATH_SIZE])
{
    const char *at = find_word(last_name(path), word);
    if (!at)
        return false;
    const bool capitals = *at >= 'A' && *at <= 'Z' && at[1] >= 'A' && at[1] <= 'Z';
    const bool first = *at >= 'A' && *at <= 'Z';
    char filled[32];
    (void)snprintf(filled, sizeof filled, "%s", instead);
    for (size_t i = 0; filled[i]; i++)
        filled[i] = (char)(filled[i] >= 'a' && filled[i] <= 'z' && (capitals || (first && i == 0)) ? filled[i] - 0x20
                                                                                                   : filled[i]);
    int length = snprintf(sibling, PATH_SIZE, "%.*s%s%s", (int)(at - path), path, filled, at + strlen(word));
    struct stat about;
    if (length > 0 && length < PATH_SIZE && stat(sibling, &about) == 0)
        return true;
    sibling[0] = '\0';
    return false;
}

/* Files beside the training file that nobody named: the test file, the labels. */
static void find_siblings(struct found *found)
{
    const char *train = found->path[OWN_TRAIN];
    for (size_t i = 0; i < sizeof test_words / sizeof test_words[0] && !found->path[OWN_TEST][0]; i++)
        (void)find_sibling(train, "train", test_words[i], found->path[OWN_TEST]);
    if (strcmp(found->format, "idx") != 0 && strcmp(found->format, "npy") != 0)
        return;
    for (enum own_file file = OWN_TRAIN; file <= OWN_TEST; file += 2) {
        char *labels = found->path[file + 1];
        if (!found->path[file][0] || labels[0])
            continue;
        static const char *const words[][2] = {
            {"images-idx3", "labels-idx1"}, {"images.idx3", "labels.idx1"}, {"images", "labels"}, {"data", "labels"}};
        for (size_t i = 0; i < sizeof words / sizeof words[0] && !labels[0]; i++)
            (void)find_sibling(found->path[file], words[i][0], words[i][1], labels);
    }
}

/* ---- what a file is ---- */

static void print_classes(const struct own_survey *survey)
{
    const size_t classes = texts_count(&survey->labels);
    if (!survey->order) {
        printf(";   classes  in a file of their own\n");
        return;
    }
    printf(";   classes  %zu:", classes);
    for (size_t k = 0; k < smaller(classes, CLASSES_SHOWN); k++)
        say(stdout, "%s %s (%zu)", k > 0 ? "," : "", texts_get(&survey->labels, survey->order[k]),
            survey->of_label[survey->order[k]]);
    printf("%s\n", classes > CLASSES_SHOWN ? ", ..." : "");
}

static void print_survey(const char *path, const struct own_survey *survey)
{
    const struct shape shape = survey->shape;
    say(stdout, "; %s\n;   format   %s: %s\n", path, survey->format, survey->title);
    if (survey->only_labels) {
        printf(";   items    the labels of %zu\n", survey->items);
    } else {
        printf(";   items    %zu of %zu x %zu x %zu (height, width, channels)%s\n", survey->items, shape.height,
               shape.width, shape.channels, survey->of_numbers ? "" : ", bytes");
        if (survey->shortest < survey->longest)
            printf(";   lengths  %zu to %zu\n", survey->shortest, survey->longest);
        printf(";   values   %.6g to %.6g, mean %.6g, deviation %.6g\n", survey->low, survey->high, survey->mean,
               survey->deviation);
        printf(";   missing  %zu value%s\n", survey->missing, survey->missing == 1 ? "" : "s");
    }
    print_classes(survey);
    printf(";   sha256   %s\n", survey->sha256);
}

/* ---- the section ---- */

static struct own_spec spec_of(const struct found *found)
{
    struct own_spec spec = {.name = "",
                            .format = found->format,
                            .classes = "",
                            .normalise = "train",
                            .missing = found->missing > 0 ? "interpolate" : "refuse",
                            .lengths = found->unequal ? "stretch" : "refuse"};
    for (size_t i = 0; i < OWN_FILES; i++)
        spec.files[i] = found->path[i];
    return spec;
}

/* Only a section that reads these files is printed. */
static enum status print_section(const struct found *found, struct error *error)
{
    static const struct dataset_places here = {NULL, NULL, false};
    struct dataset *dataset = NULL;
    char name[OWN_NAME_SIZE];
    const char *key = NULL;
    const struct own_spec spec = spec_of(found);
    enum status status = own_name(&spec, name, &key, error);
    if (status == STATUS_OK)
        status = own_open(&spec, here, &dataset, &key, error);
    dataset_free(dataset);
    if (status != STATUS_OK)
        return error_context(error, "no config reads these files as one set: %s%s", key ? key : "", key ? ": " : "");
    say(stdout, "\n[data]\ndataset = " OWN_DATASET "\nname = %s\nformat = %s\n", name, found->format);
    for (size_t i = 0; i < OWN_FILES; i++) {
        if (found->path[i][0])
            say(stdout, "%s = %s\n", own_file_key((enum own_file)i) + strlen("data."), found->path[i]);
    }
    printf("%s%s", found->missing > 0 ? "missing = interpolate\n" : "", found->unequal ? "lengths = stretch\n" : "");
    return STATUS_OK;
}

static enum status survey_file(const char *path, struct found *found, struct error *error)
{
    struct own_survey survey;
    enum status status = own_survey_make(path, &survey, error);
    if (status == STATUS_OK) {
        print_survey(path, &survey);
        const enum own_file file = purpose_of(path, survey.only_labels);
        if (!found->path[file][0])
            (void)snprintf(found->path[file], PATH_SIZE, "%s", path);
        if (!found->format[0] || file == OWN_TRAIN)
            (void)snprintf(found->format, sizeof found->format, "%s", survey.format);
        found->missing += survey.missing;
        found->unequal = found->unequal || survey.shortest < survey.longest ||
                         (found->longest > 0 && survey.longest > 0 && found->longest != survey.longest);
        found->longest = survey.longest > 0 ? survey.longest : found->longest;
    }
    own_survey_free(&survey);
    return status;
}

/* The files beside the training file too, and the section that reads all of them. */
static enum status survey_set(struct found *found, struct error *error)
{
    const struct found named = *found;
    enum status status = STATUS_OK;
    if (!found->path[OWN_TRAIN][0])
        return STATUS_OK;
    find_siblings(found);
    for (size_t i = 0; i < OWN_FILES && status == STATUS_OK; i++) {
        if (found->path[i][0] && !named.path[i][0])
            status = survey_file(found->path[i], found, error);
    }
    if (status != STATUS_OK)
        return status;
    if (found->path[OWN_TEST][0])
        return print_section(found, error);
    printf("; No test file was given, and none is beside it. Give both for the [data] section of a config.\n");
    return STATUS_OK;
}

enum status command_data(const struct options *options, struct error *error)
{
    struct found found = {.missing = 0};
    if (options->argument_count == 0)
        return error_set(error, STATUS_USAGE, "usage: tenth data FILE...");
    size_t failed = 0;
    for (size_t i = 0; i < options->argument_count; i++) {
        enum status status = survey_file(options->arguments[i], &found, error);
        if (status != STATUS_OK)
            say(stderr, "tenth: error: %s\n", error->message);
        failed += status != STATUS_OK;
    }
    enum status status = failed == 0 ? survey_set(&found, error) : STATUS_OK;
    if (fflush(stdout) != 0 || ferror(stdout))
        return error_set(error, STATUS_FAILED, "standard output could not be written");
    return failed == 0
               ? status
               : error_set(error, error->status, "%zu of %zu files cannot be read", failed, options->argument_count);
}
