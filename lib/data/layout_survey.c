/* What a directory has instead of a data set: for the message to the user who named it. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "core/memory.h"
#include "data/dataset.h"
#include "data/layout.h"
#include "io/text_buffer.h"

static const struct foreign {
    const char *set, *pattern, *words;
} all_foreign[] = {
#define FOLDER(set, folder)
#define PART(set, sha256, sha256_packed, ...)
#define FOREIGN(set, pattern, words) {#set, pattern, words},
#include "data/layout.def"
#undef FOLDER
#undef PART
#undef FOREIGN
};
enum { FOREIGNS = sizeof all_foreign / sizeof all_foreign[0] };

/* Limits of depth and entries: a user may have named a home directory. */
enum { DEPTH_MAX = 4, ENTRIES_MAX = 4000, FINDINGS_MAX = 8, OTHERS_MAX = 3, SHOWN_SIZE = 80 };

static const char elsewhere[] = "not where it is looked for; if this is the set, name its folder";

/* Files with the same remark, named by the alphabetically first of them, so that the text does not depend on the order
 * in which the system lists them. */
struct finding {
    const char *words, *rename_to; /* words NULL: to be renamed */
    char path[LAYOUT_PATH_SIZE];   /* below the directory */
    size_t count;
};

struct survey {
    const char *set;
    size_t entries;
    struct finding findings[FINDINGS_MAX];
    size_t finding_count;
    char others[OTHERS_MAX][NAME_MAX + 1]; /* the first entries of the directory itself */
    size_t other_count;
};

static void find(struct survey *survey, const char *path, const char *words, const char *rename_to)
{
    struct finding *finding = survey->findings;
    const struct finding *end = finding + survey->finding_count;
    while (finding < end && (finding->rename_to != rename_to || (words && strcmp(words, finding->words) != 0)))
        finding++;
    if (finding == end) {
        if (survey->finding_count == FINDINGS_MAX)
            return;
        survey->finding_count++;
        *finding = (struct finding){.words = words, .rename_to = rename_to};
    }
    if (finding->count++ == 0 || strcmp(path, finding->path) < 0)
        (void)snprintf(finding->path, sizeof finding->path, "%s", path);
}

/* Whether two names are the same except for case, with or without ".gz" after `name`. */
static bool same_but_case(const char *name, const char *accepted)
{
    size_t length = strlen(accepted);
    return strncasecmp(name, accepted, length) == 0 && (!name[length] || strcasecmp(name + length, ".gz") == 0);
}

/* A file with one of the set's names is in the wrong place, or spelled differently. */
static bool is_misplaced(struct survey *survey, const char *path, const char *name)
{
    size_t parts;
    const struct layout_part *part = layout_parts(survey->set, &parts);
    for (size_t i = 0; i < parts; i++) {
        for (size_t s = 0; s < LAYOUT_NAMES_MAX && part[i].names[s]; s++) {
            const char *accepted = part[i].names[s];
            if (!same_but_case(name, accepted))
                continue;
            bool exact = strncmp(name, accepted, strlen(accepted)) == 0;
            find(survey, path, exact ? elsewhere : NULL, exact ? NULL : accepted);
            return true;
        }
    }
    return false;
}

/* Notes what an entry is; true: no need to descend into it. */
static bool note(struct survey *survey, const char *path, const char *name, bool is_directory)
{
    char lower[NAME_MAX + 1];
    size_t i = 0;
    for (; i < NAME_MAX && name[i]; i++)
        lower[i] = (char)tolower((unsigned char)name[i]);
    lower[i] = '\0';
    if (!is_directory && is_misplaced(survey, path, name))
        return true;
    for (i = 0; i < FOREIGNS; i++) {
        if (strcmp(all_foreign[i].set, survey->set) == 0 && fnmatch(all_foreign[i].pattern, lower, 0) == 0) {
            find(survey, path, all_foreign[i].words, NULL);
            return true;
        }
    }
    return false;
}

/* Keeps the first names of the directory itself, sorted. */
static void note_other(struct survey *survey, const char *name)
{
    size_t at = survey->other_count < OTHERS_MAX ? survey->other_count : OTHERS_MAX;
    while (at > 0 && strcmp(name, survey->others[at - 1]) < 0) {
        if (at < OTHERS_MAX)
            memcpy(survey->others[at], survey->others[at - 1], sizeof survey->others[at]);
        at--;
    }
    if (at < OTHERS_MAX)
        (void)snprintf(survey->others[at], sizeof survey->others[at], "%s", name);
    survey->other_count++;
}

/* Walks through DIRECTORY/BELOW. What cannot be listed is ignored; 0 or the system's reason. */
static int walk(struct survey *survey, const char *directory, const char *below, int depth)
{
    char path[LAYOUT_PATH_SIZE], inner[LAYOUT_PATH_SIZE];
    if (layout_path(directory, below, path, NULL) != STATUS_OK)
        return ENAMETOOLONG;
    DIR *stream = opendir(path);
    if (!stream)
        return errno;
    for (const struct dirent *entry = readdir(stream); entry; entry = readdir(stream)) {
        if (entry->d_name[0] == '.' || survey->entries++ > ENTRIES_MAX)
            continue;
        int length = snprintf(inner, sizeof inner, "%s%s%s", below, below[0] ? "/" : "", entry->d_name);
        if (length < 0 || (size_t)length >= sizeof inner || layout_path(directory, inner, path, NULL) != STATUS_OK)
            continue;
        struct stat status;
        bool is_directory = stat(path, &status) == 0 && S_ISDIR(status.st_mode);
        if (depth == 0)
            note_other(survey, entry->d_name);
        if (!note(survey, inner, entry->d_name, is_directory) && is_directory && depth + 1 < DEPTH_MAX)
            (void)walk(survey, directory, inner, depth + 1);
    }
    (void)closedir(stream); /* nothing was written */
    return 0;
}

/* A file name may have any byte; the end of a long one tells most. */
static void add_name(struct text_buffer *text, const char *name)
{
    size_t length = strlen(name);
    if (length > SHOWN_SIZE)
        text_add(text, "...");
    for (const char *c = length > SHOWN_SIZE ? name + length - SHOWN_SIZE : name; *c; c++)
        text_add(text, "%c", iscntrl((unsigned char)*c) ? '?' : *c);
}

static int by_path(const void *a, const void *b)
{
    return strcmp(((const struct finding *)a)->path, ((const struct finding *)b)->path);
}

static void add_findings(struct survey *survey, struct text_buffer *text)
{
    qsort(survey->findings, survey->finding_count, sizeof survey->findings[0], by_path);
    for (size_t i = 0; i < survey->finding_count; i++) {
        const struct finding *finding = &survey->findings[i];
        text_add(text, "%s", i > 0 ? "; " : "it has ");
        add_name(text, finding->path);
        if (finding->count > 1)
            text_add(text, " and %zu more like it", finding->count - 1);
        if (finding->rename_to)
            text_add(text, " (it has to be called %s)", finding->rename_to);
        else
            text_add(text, " (%s)", finding->words);
    }
}

static void add_others(const struct survey *survey, struct text_buffer *text)
{
    size_t shown = survey->other_count < OTHERS_MAX ? survey->other_count : OTHERS_MAX;
    if (shown == 0)
        text_add(text, "it is empty");
    for (size_t i = 0; i < shown; i++) {
        text_add(text, "%s", i > 0 ? ", " : "it has ");
        add_name(text, survey->others[i]);
    }
    if (survey->other_count > shown)
        text_add(text, " and %zu more", survey->other_count - shown);
}

/* Files of other sets show that the directory is for data. */
static void add_other_sets(const char *set, const char *directory, struct text_buffer *text)
{
    size_t count, found = 0;
    const struct dataset_kind *kinds = dataset_kinds(&count);
    for (size_t i = 0; i < count; i++) {
        struct layout layout;
        if (strcmp(kinds[i].name, set) == 0 || layout_look(kinds[i].name, directory, &layout, NULL) != STATUS_OK ||
            layout.present == 0)
            continue;
        text_add(text, "%s%s", found++ > 0 ? ", " : "; files of another set: ", kinds[i].title);
    }
}

char *layout_survey(const char *set, const char *directory, struct error *error)
{
    struct text_buffer text = text_begin(error);
    struct survey *survey = memory_alloc(1, sizeof *survey, error);
    if (!survey)
        return NULL;
    survey->set = set;
    int reason = walk(survey, directory, "", 0);
    if (reason != 0)
        text_add(&text, "it cannot be listed: %s", strerror(reason));
    else if (survey->finding_count > 0)
        add_findings(survey, &text);
    else
        add_others(survey, &text);
    if (reason == 0)
        add_other_sets(set, directory, &text);
    memory_free(survey);
    return text_take(&text);
}
