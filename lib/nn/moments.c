#include "nn/moments.h"

#include <math.h>

/* Abramowitz and Stegun 25.4.46, table 25.10, n = 7, for the weight exp(-x^2 / 2) / sqrt(2 pi). */
const float moment_point[MOMENT_POINTS] = {-3.75043971772574F,
                                           3.75043971772574F,
                                           -2.36675941073454F,
                                           2.36675941073454F,
                                           -1.15440539473997F,
                                           1.15440539473997F,
                                           0.0F};
const float moment_weight[MOMENT_POINTS] = {5.48268855972218e-4F, 5.48268855972218e-4F, .0307571239675865F,
                                            .0307571239675865F,   .240123178605013F,    .240123178605013F,
                                            .457142857142857F};

void activation_moments(const struct activation *activation, float *mean, float *variance)
{
    float y[MOMENT_POINTS], sigma = sqrtf(*variance), first = 0, second = 0;
    for (int i = 0; i < MOMENT_POINTS; i++) {
        y[i] = activation->value(*mean + sigma * moment_point[i]);
        first += moment_weight[i] * y[i];
    }
    for (int i = 0; i < MOMENT_POINTS; i++)
        second += moment_weight[i] * (y[i] - first) * (y[i] - first);
    *mean = first;
    *variance = second;
}
