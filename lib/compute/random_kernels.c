#include "compute/random_kernels.h"

#include "compute/isa.h"

ISA_CHOICE(random_kernels)
