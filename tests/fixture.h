/* tests/fixture.h: a network with its posterior and one batch of random items, which tests of methods start from. */
#ifndef TENTH_TESTS_FIXTURE_H
#define TENTH_TESTS_FIXTURE_H

#include <stdint.h>

#include "bayes/posterior.h"
#include "nn/network.h"

enum { FIXTURE_BATCH = 4 };

struct fixture {
    struct network *network;
    struct posterior *posterior;
    float *w, *gradient; /* [network_size] */
    float *x;            /* [FIXTURE_BATCH][items of the spec], standard normal */
    uint8_t y[FIXTURE_BATCH];
};

/* Fails the test when anything cannot be had. The network's own thread is one; `threads` are the posterior's. */
void fixture_make(struct fixture *fixture, const struct network_spec *spec, const char *method,
                  const struct posterior_start *start, int threads);
void fixture_free(struct fixture *fixture);

/* A row of the prior registry, which must be there. Options are borrowed. */
struct prior fixture_prior(const char *name, double sigma, const void *options);

#endif
