/* lib/data/ecgsyn.h: one heart beat of ECGSYN, the dynamical model of P. E. McSharry, G. D. Clifford, L. Tarassenko and
 * L. A. Smith, "A dynamical model for generating synthetic electrocardiogram signals", IEEE Transactions on Biomedical
 * Engineering 50(3), 2003.
 *
 * A point runs around the unit circle, once a beat; the waves P, Q, R, S and T push its height z up and down as it
 * passes their angles, and z is drawn back to a baseline that wanders with the breath:
 *
 *   x' = a x - w y,   y' = a y + w x,   a = 1 - sqrt(x^2 + y^2)
 *   z' = - sum_i a_i d_i exp(-d_i^2 / (2 b_i^2)) - (z - z_0(t)),   d_i = (theta - theta_i) mod 2 pi, in -pi..pi
 *   z_0(t) = A sin(2 pi f t + phase) */
#ifndef TENTH_DATA_ECGSYN_H
#define TENTH_DATA_ECGSYN_H

#include <stddef.h>

#include "core/error.h"

enum { ECGSYN_P, ECGSYN_Q, ECGSYN_R, ECGSYN_S, ECGSYN_T, ECGSYN_WAVES };

struct ecgsyn_wave {
    double angle;  /* theta_i, rad; R is at 0 */
    double height; /* a_i, mV/s per rad; negative: the wave points down */
    double width;  /* b_i, rad */
};

struct ecgsyn {
    struct ecgsyn_wave wave[ECGSYN_WAVES];
    double start;         /* angle at which the beat begins, rad */
    double angular_speed; /* w, rad/s: 2 pi is 60 beats a minute */
    double breath_height; /* A, mV */
    double breath_speed;  /* 2 pi f, rad/s */
    double breath_phase;  /* rad */
};

/* One turn of the circle from `start`, at `count` evenly spaced times: z [count] in mV, overwritten. z begins on the
 * baseline. STATUS_FAILED: the solver gave up; STATUS_NO_MEMORY. GSL's error handler must be off. */
enum status ecgsyn_beat(const struct ecgsyn *model, size_t count, double *z, struct error *error);

#endif
