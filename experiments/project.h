/* experiments/project.h: the location of the project's own files. */
#ifndef TENTH_EXPERIMENTS_PROJECT_H
#define TENTH_EXPERIMENTS_PROJECT_H

#include <stddef.h>

/* $TENTH_HOME, else three directories above the program (build/MODE/tenth), followed by `below` ("/data", or ""). */
void project_path(const char *below, char *path, size_t room);

#endif
