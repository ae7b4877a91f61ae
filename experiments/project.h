/* experiments/project.h: where the project's own files are. */
#ifndef TENTH_EXPERIMENTS_PROJECT_H
#define TENTH_EXPERIMENTS_PROJECT_H

#include <stddef.h>

/* $TENTH_HOME, else three directories above the program (build/MODE/tenth), with `below` ("/data", or "") behind it. */
void project_path(const char *below, char *path, size_t room);

#endif
