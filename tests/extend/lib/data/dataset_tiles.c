/* lib/data/dataset_tiles.c: a set of MNIST's format, four IDX files. */
#include "data/reader.h"

const char dataset_input_tiles[] = "gray values from 0 to 255";

const char *const dataset_classes_tiles[] = {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"};
