/* lib/data/dataset_gauge.c: a set of the UCR archive's format: Gauge_TRAIN.txt and Gauge_TEST.txt. */
#include "data/reader.h"

const char dataset_input_gauge[] = "readings of a gauge, 24 in a row";

const char *const dataset_classes_gauge[] = {"steady", "slow", "fast"};
