#include "bayes/posterior_kernels.h"

#include "compute/isa.h"

ISA_CHOICE(posterior_kernels)
