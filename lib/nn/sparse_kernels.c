#include "nn/sparse_kernels.h"

#include "compute/isa.h"

ISA_CHOICE(sparse_kernels)
