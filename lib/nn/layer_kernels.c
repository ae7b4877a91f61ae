#include "nn/layer_kernels.h"

#include "core/isa.h"

ISA_CHOICE(layer_kernels)
