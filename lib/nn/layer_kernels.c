#include "nn/layer_kernels.h"

#include "compute/isa.h"

ISA_CHOICE(layer_kernels)
