/* lib/nn/optimizer.h: Adam (Kingma and Ba 2015, arXiv:1412.6980), as numbers for the fused passes over a tensor.
 */
#ifndef TENTH_NN_OPTIMIZER_H
#define TENTH_NN_OPTIMIZER_H

#include <stddef.h>

struct adam {
    float beta1, beta2, epsilon;
};

struct kernel_adam {
    float beta1, beta2, rate, epsilon; /* bias correction is folded in */
};

/* One step's constants for the fused passes (adam_chunk.h), with the bias correction folded in:
 * x -= rate * m / (sqrt(v) + epsilon), where m and v are the uncorrected moments,
 * rate = learning_rate sqrt(1 - beta2^t) / (1 - beta1^t) and epsilon = adam.epsilon sqrt(1 - beta2^t); in real numbers
 * this is the paper's form. t counts from 1. */
struct kernel_adam adam_step(struct adam adam, double learning_rate, size_t t);

#endif
