/* tests/reference.h: the slow, plain versions in double that the fast code is held against.
 *
 * Nothing here shares code with lib/: same definitions, other loops. Magnitudes for tolerances come from calling a
 * function with absolute values: a sum of |a b| bounds the rounding of the sum of a b. */
#ifndef TENTH_TESTS_REFERENCE_H
#define TENTH_TESTS_REFERENCE_H

#include <stddef.h>
#include <stdint.h>

#include "nn/conv.h"
#include "nn/network.h"

/* c [m][n] = op(a) op(b); *_transposed: the matrix lies in memory as its transpose. Rows are lda, ldb, n apart. */
void reference_gemm(int a_transposed, int b_transposed, size_t m, size_t n, size_t k, const double *a, size_t lda,
                    const double *b, size_t ldb, double *c);

void reference_sort(float *values, size_t count); /* in place, ascending */

double reference_selu(double x);
double reference_selu_slope(double x); /* of the input */

/* An activation by its name, and its slope, of the input. */
double reference_activation(const char *name, double x);
double reference_activation_slope(const char *name, double x);

/* Networks as most tests have them: `layers` convolutions alike, and a dense layer. */
struct plain {
    struct shape input;
    size_t classes, layers, filters, kernel, stride;
    bool bf16;
};
struct network_spec plain_spec(struct plain plain);

/* The network of an architecture (nn/architecture.h). */
struct network_spec architecture_spec(struct shape input, size_t classes, const char *architecture);

/* Along one dimension: takes from the ends of a kernel the taps that read padding at each of `out` positions, and from
 * *before the zeros that stood for those at its beginning. */
void reference_cut_kernel(size_t in, size_t stride, size_t out, size_t *kernel, size_t *before);

/* z = convolution + bias, before SELU */
void reference_conv_forward(const struct conv_shape *s, const double *x, const double *weight, const double *bias,
                            size_t batch, double *z);

/* All three are overwritten. dz = d loss / d z. */
void reference_conv_backward(const struct conv_shape *s, const double *x, const double *weight, const double *dz,
                             size_t batch, double *d_weight, double *d_bias, double *dx);

/* Mean cross-entropy of the batch, by the definition; d_logits NULL: not wanted. */
double reference_cross_entropy(const double *logits, const uint8_t *labels, size_t rows, size_t classes,
                               double *d_logits);

/* The network on w (laid out as `tensors` says); returns the mean loss. gradient [size of w] and logits
 * [batch][classes] are overwritten; gradient NULL: not wanted. The caller's tensors give offsets only. */
double reference_network(const struct network_spec *spec, const struct tensor *tensors, const double *w,
                         const double *x, const uint8_t *y, size_t batch, double *logits, double *gradient);

/* calloc that fails the test when there is no memory; free with free(). */
double *reference_doubles(size_t count);
double *reference_widen(const float *x, size_t count);

#endif
