/* lib/results/claim_rows.c: the rows of claim.def as claims: one for each data set, with its parts and its text. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/memory.h"
#include "data/dataset.h"
#include "data/ood.h"
#include "data/perturb.h"
#include "io/text_buffer.h"
#include "results/claim_ask.h"

#define CLAIM_MEASURE(name, parts, answer, how) static const struct claim_measure measure_##name = {parts, answer, how};
#include "results/claim.def"
#undef CLAIM_LIST
#undef CLAIM_MEASURE
#undef CLAIM

static const struct claim_row all_rows[] = {
#define CLAIM(name, sets, methods, rivals, measure, parts, fraction, side, bound, seeds, talk, where, words)           \
    {#name, sets, methods, rivals, &measure_##measure, parts, fraction, side, bound, seeds, talk, where, words},
#include "results/claim.def"
#undef CLAIM_LIST
#undef CLAIM_MEASURE
#undef CLAIM
};

static const struct claim_list {
    const char *name, *members, *title;
} shared_lists[] = {
#define CLAIM_LIST(name, members, title) {#name, members, title},
#include "results/claim.def"
#undef CLAIM_LIST
#undef CLAIM_MEASURE
#undef CLAIM
};

const struct claim_row *claim_rows(size_t *count)
{
    *count = sizeof all_rows / sizeof all_rows[0];
    return all_rows;
}

/* ---- lists ---- */

bool claim_next_word(const char **list, char word[CLAIM_WORD_SIZE])
{
    *list += strspn(*list, " ");
    const size_t length = strcspn(*list, " ");
    (void)snprintf(word, CLAIM_WORD_SIZE, "%.*s", (int)length, *list);
    *list += length;
    return length > 0;
}

const char *claim_word_title(const char *word, char title[CLAIM_TITLE_SIZE])
{
    const size_t length = strcspn(word, "+|");
    const bool scaled = word[length] == '+';
    (void)snprintf(title, CLAIM_TITLE_SIZE, "%.*s%s%s", (int)length, word, scaled ? " with a " : "",
                   scaled ? word + length + 1 : "");
    return title;
}

/* The shared list of that name; NULL: it is a list itself. */
static const struct claim_list *shared_list(const char *list)
{
    for (size_t i = 0; i < sizeof shared_lists / sizeof shared_lists[0]; i++) {
        if (strcmp(shared_lists[i].name, list) == 0)
            return &shared_lists[i];
    }
    return NULL;
}

static const char *members_of(const char *list)
{
    const struct claim_list *shared = shared_list(list);
    return shared ? shared->members : list;
}

/* ---- the parts of a data set ---- */

static enum status part_fits(enum claim_parts parts, const char *name, const struct dataset_kind *set, bool *fits,
                             struct error *error)
{
    if (parts == EACH_OF_NO_CLASS) {
        const struct ood *ood = ood_find(name, error);
        *fits = ood && ood_fits(ood, set);
        return ood ? STATUS_OK : STATUS_USAGE;
    }
    const struct perturbation *perturbation = perturbation_find(name, error);
    *fits = perturbation && perturbation_fits(perturbation, set->shape);
    return perturbation ? STATUS_OK : STATUS_USAGE;
}

static enum status add_parts(const struct claim_row *row, const struct dataset_kind *set, struct text_buffer *text,
                             struct error *error)
{
    char part[CLAIM_WORD_SIZE];
    const char *list = members_of(row->parts), *between = "";
    enum status status = STATUS_OK;
    while (status == STATUS_OK && claim_next_word(&list, part)) {
        bool fits = false;
        status = part_fits(row->measure->parts, part, set, &fits, error);
        if (fits)
            text_add(text, "%s%s", between, part);
        if (fits)
            between = " ";
    }
    return status;
}

/* ---- how it is measured ---- */

/* The method of the first of these runs: vi of "vi_high dropout"; NULL: no registry has it. */
static const struct method *first_method(const char *list)
{
    size_t count;
    const struct method *rows = methods(&count), *found = NULL;
    for (size_t i = 0; i < count; i++) {
        const size_t length = strlen(rows[i].name);
        const bool named = strncmp(list, rows[i].name, length) == 0 && strchr("_+| ", list[length]); /* or its end */
        if (named && (!found || length > strlen(found->name)))
            found = &rows[i];
    }
    return found;
}

static void add_criterion(const char *list, struct text_buffer *text)
{
    const struct method *method = first_method(members_of(list));
    text_add(text, "%s", method ? method->usual : "its usual criterion");
}

/* "vi, dropout, ensemble" */
static void add_methods(const char *list, struct text_buffer *text)
{
    char word[CLAIM_WORD_SIZE], title[CLAIM_TITLE_SIZE];
    list = members_of(list);
    for (const char *between = ""; claim_next_word(&list, word); between = ", ")
        text_add(text, "%s%s", between, claim_word_title(word, title));
}

/* "dropout", "the best of mle and map", or as a shared list is called. */
static void add_rivals(const char *list, struct text_buffer *text)
{
    const struct claim_list *shared = shared_list(list);
    const char *between = strchr(list, ' ') ? "the best of " : "";
    char word[CLAIM_WORD_SIZE], title[CLAIM_TITLE_SIZE];
    if (shared)
        text_add(text, "%s", shared->title);
    while (!shared && claim_next_word(&list, word)) {
        text_add(text, "%s%s", between, claim_word_title(word, title));
        between = strchr(list + strspn(list, " "), ' ') ? ", " : " and ";
    }
}

/* A measure's text with the row's methods in it. */
static void add_how(const struct claim_row *row, struct text_buffer *text)
{
    const struct {
        const char *key, *list;
        void (*add)(const char *list, struct text_buffer *text);
    } keys[] = {{"{method}", row->methods, add_methods},
                {"{method.criterion}", row->methods, add_criterion},
                {"{rival}", row->rivals, add_rivals},
                {"{rival.criterion}", row->rivals, add_criterion}};
    for (const char *how = row->measure->how; *how;) {
        const size_t plain = strcspn(how, "{");
        text_add(text, "%.*s", (int)plain, how);
        how += plain;
        bool is_key = false;
        for (size_t i = 0; i < sizeof keys / sizeof keys[0] && !is_key; i++) {
            const size_t length = strlen(keys[i].key);
            is_key = strncmp(how, keys[i].key, length) == 0;
            if (is_key)
                keys[i].add(keys[i].list, text);
            how += is_key ? length : 0;
        }
        if (*how && !is_key)
            text_add(text, "%c", *how++); /* a brace */
    }
}

/* ---- claims ---- */

/* Whether a row gives its measure what that is about: a rival if its text names one, and parts if it has some. */
static enum status check_row(const struct claim_row *row, struct error *error)
{
    const bool compares = strstr(row->measure->how, "{rival") != NULL, has_parts = row->measure->parts != NO_PARTS;
    if (compares != (row->rivals[0] != '\0'))
        return error_set(error, STATUS_USAGE, "its measure compares with %s; name %s", compares ? "rivals" : "none",
                         compares ? "one" : "none");
    if (has_parts != (row->parts[0] != '\0'))
        return error_set(error, STATUS_USAGE, "its measure has %s; name %s", has_parts ? "parts" : "no parts",
                         has_parts ? "one" : "none");
    return STATUS_OK;
}

static enum status claim_create(const struct claim_row *row, const char *set, struct claim *claim, struct error *error)
{
    const struct dataset_kind *kind = dataset_find(set, error);
    if (!kind)
        return STATUS_USAGE;
    *claim = (struct claim){.row = row,
                            .dataset = kind->name,
                            .methods = members_of(row->methods),
                            .rivals = members_of(row->rivals),
                            .method = first_method(members_of(row->methods))};
    struct text_buffer id = text_begin(error), parts = text_begin(error), how = text_begin(error);
    text_add(&id, "%s_%s", row->name, kind->name);
    enum status status = add_parts(row, kind, &parts, error);
    add_how(row, &how);
    claim->id = text_take(&id);
    claim->parts = text_take(&parts);
    claim->how = text_take(&how);
    if (status == STATUS_OK && !(claim->id && claim->parts && claim->how))
        status = STATUS_NO_MEMORY;
    if (status == STATUS_OK && row->parts[0] && !claim->parts[0])
        status = error_set(error, STATUS_USAGE, "none of its parts fits %s", kind->name);
    return status;
}

enum status claims_create(const struct claim_row *rows, size_t row_count, struct claim **claims, size_t *count,
                          struct error *error)
{
    char set[CLAIM_WORD_SIZE];
    size_t wanted = 0;
    for (size_t r = 0; r < row_count; r++) {
        for (const char *sets = rows[r].sets; claim_next_word(&sets, set);)
            wanted++;
    }
    *count = 0;
    *claims = memory_alloc(wanted, sizeof **claims, error);
    enum status status = *claims ? STATUS_OK : STATUS_NO_MEMORY;
    for (size_t r = 0; r < row_count && status == STATUS_OK; r++) {
        status = check_row(&rows[r], error);
        for (const char *sets = rows[r].sets; status == STATUS_OK && claim_next_word(&sets, set);)
            status = claim_create(&rows[r], set, &(*claims)[(*count)++], error);
        if (status == STATUS_USAGE)
            (void)error_context(error, "lib/results/claim.def: claim %s: ", rows[r].name);
    }
    if (status != STATUS_OK) {
        claims_free(*claims, *count);
        *claims = NULL;
        *count = 0;
    }
    return status;
}

void claims_free(struct claim *claims, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        memory_free(claims[i].id);
        memory_free(claims[i].parts);
        memory_free(claims[i].how);
    }
    memory_free(claims);
}
