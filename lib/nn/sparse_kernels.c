#include "nn/sparse_kernels.h"

#include "core/isa.h"

ISA_CHOICE(sparse_kernels)
