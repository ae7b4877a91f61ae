#include "run/run_store.h"

#include <stdlib.h>
#include <string.h>

#include "core/memory.h"
#include "core/utf8.h"

/* The format's number is raised when existing contents change their meaning, or an older reader would be wrong; mere
 * additions need no new one. */
#define FORMAT_PREFIX "tenth run "
#define FORMAT "1"
enum { FORMAT_NUMBER = 1 };

enum { SHOWN_SIZE = 64 };

/* The first names in the file, for anyone who wonders what it is. */
static enum status show_members(struct store *store, char shown[SHOWN_SIZE], struct error *error)
{
    char **names = NULL;
    size_t count = 0, used = 0;
    shown[0] = '\0';
    enum status status = store_members(store, "/", &names, &count, error);
    for (size_t i = 0; i < count && used + 4 < SHOWN_SIZE; i++) {
        if (i > 0) {
            memcpy(shown + used, ", ", 3);
            used += 2;
        }
        (void)utf8_escape(names[i], "", shown + used, SHOWN_SIZE - used);
        used += strlen(shown + used);
    }
    memory_free(names);
    return status;
}

/* Every version of the program has written the attribute, so a file without it is not one of its own. */
static enum status not_a_run(struct store *store, struct error *error)
{
    char members[SHOWN_SIZE];
    enum status status = show_members(store, members, error);
    if (status != STATUS_OK)
        return status;
    return error_set(error, STATUS_DATA,
                     "%s: is HDF5, but not a run of tenth: / has no text attribute format (it holds %s); give a run's "
                     "file, DATASET_METHOD_seedN.h5",
                     store_path(store), members[0] ? members : "nothing");
}

static enum status check_format(struct store *store, struct error *error)
{
    const size_t prefix = strlen(FORMAT_PREFIX);
    char *format = NULL, *end = NULL, shown[SHOWN_SIZE];
    enum status status = store_find_text(store, "/", "format", &format, error);
    if (!format)
        return status == STATUS_OK ? not_a_run(store, error) : status;
    (void)utf8_escape(format, "", shown, sizeof shown);
    bool ours = strncmp(format, FORMAT_PREFIX, prefix) == 0 && strchr("123456789", format[prefix]) && format[prefix];
    unsigned long long number = ours ? strtoull(format + prefix, &end, 10) : 0; /* ULLONG_MAX if it is larger */
    if (!ours)
        status = error_set(error, STATUS_DATA,
                           "%s: is HDF5, but not a run of tenth: its format is \"%s\"; give a run's file, "
                           "DATASET_METHOD_seedN.h5",
                           store_path(store), shown);
    else if (*end != '\0' || number > FORMAT_NUMBER)
        status =
            error_set(error, STATUS_DATA,
                      "%s: was written by a newer version of tenth (its format is \"%s\", and this one knows \"%s\"); "
                      "use that version for it",
                      store_path(store), shown, FORMAT_PREFIX FORMAT);
    memory_free(format);
    return status;
}

static enum status checked(enum status status, struct store **store, struct error *error)
{
    if (status == STATUS_OK)
        status = check_format(*store, error);
    if (status != STATUS_OK) {
        store_close(*store);
        *store = NULL;
    }
    return status;
}

enum status run_store_open(const char *path, struct store **store, struct error *error)
{
    return checked(store_open(path, store, error), store, error);
}

enum status run_store_update(const char *path, struct store **store, struct error *error)
{
    return checked(store_update(path, store, error), store, error);
}

enum status run_store_sign(struct store *store, struct error *error)
{
    return store_set_text(store, "/", "format", FORMAT_PREFIX FORMAT, error);
}
