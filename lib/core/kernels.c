#include "core/kernels.h"

#include "core/isa.h"

ISA_CHOICE(kernels)
