#include "project.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void project_path(const char *below, char *path, size_t room)
{
    const char *home = getenv("TENTH_HOME");
    char program[4096] = "";
    ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
    program[length > 0 ? length : 0] = '\0';
    for (int up = 0; up < 3 && strrchr(program, '/'); up++)
        *strrchr(program, '/') = '\0';
    (void)snprintf(path, room, "%s%s", home && *home ? home : program, below);
}
