#include "nn/optimizer.h"

#include <math.h>

struct kernel_adam adam_step(struct adam adam, double learning_rate, size_t t)
{
    double first = 1.0 - pow((double)adam.beta1, (double)t);
    double second = sqrt(1.0 - pow((double)adam.beta2, (double)t));
    return (struct kernel_adam){
        .beta1 = adam.beta1,
        .beta2 = adam.beta2,
        .rate = (float)(learning_rate * second / first),
        .epsilon = (float)((double)adam.epsilon * second),
    };
}
