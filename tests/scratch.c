#include "scratch.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char scratch_path[512];
static int scratch_home = -1; /* where the program was */

static int is_entry(const struct dirent *entry)
{
    return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
}

bool scratch_enter(void)
{
    const char *root = getenv("TMPDIR");
    (void)snprintf(scratch_path, sizeof scratch_path, "%s/tenth-test-XXXXXX", root && root[0] ? root : "/tmp");
    scratch_home = open(".", O_RDONLY | O_DIRECTORY);
    return scratch_home >= 0 && mkdtemp(scratch_path) && chdir(scratch_path) == 0;
}

/* Removes what is in a directory: files, and directories of `depth` levels. */
static bool empty(const char *directory, int depth)
{
    struct dirent **entries = NULL;
    int count = scandir(directory, &entries, is_entry, alphasort);
    bool done = count >= 0;
    for (int i = 0; i < count; i++) {
        char path[1024];
        done &= snprintf(path, sizeof path, "%s/%s", directory, entries[i]->d_name) < (int)sizeof path;
        done &= unlink(path) == 0 || (depth > 0 && empty(path, depth - 1) && rmdir(path) == 0);
        free(entries[i]);
    }
    free(entries);
    return done;
}

bool scratch_leave(void)
{
    enum { DEPTH = 3 };
    bool done = empty(".", DEPTH);
    done &= fchdir(scratch_home) == 0;
    done &= close(scratch_home) == 0;
    return rmdir(scratch_path) == 0 && done;
}

int scratch_setup(void **state)
{
    (void)state;
    return scratch_enter() ? 0 : -1;
}

int scratch_teardown(void **state)
{
    (void)state;
    return scratch_leave() ? 0 : -1;
}

size_t scratch_entries(void)
{
    struct dirent **entries = NULL;
    int count = scandir(".", &entries, is_entry, alphasort);
    for (int i = 0; i < count; i++)
        free(entries[i]);
    free(entries);
    return count > 0 ? (size_t)count : 0;
}

bool scratch_holds(const char *path, const void *bytes, size_t count)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        return false;
    char *found = malloc(count + 1);
    size_t got = found ? fread(found, 1, count + 1, file) : 0;
    bool same = found && got == count && memcmp(found, bytes, count) == 0;
    free(found);
    (void)fclose(file);
    return same;
}
