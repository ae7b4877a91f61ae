#include "nn/winograd.h"

#include "core/isa.h"

ISA_CHOICE(winograd_kernels)
