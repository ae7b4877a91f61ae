/* lib/data/dataset_mnist.c: MNIST (LeCun, Bottou, Bengio, Haffner 1998). */
#include "data/reader.h"

const char dataset_input_mnist[] = "gray values from 0 to 255, light ink on a dark ground (white on black)";

const char *const dataset_classes_mnist[] = {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"};
