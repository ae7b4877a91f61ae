/* lib/core/clock.h: monotonic time, for durations. */
#ifndef TENTH_CORE_CLOCK_H
#define TENTH_CORE_CLOCK_H

double monotonic_seconds(void); /* since some moment; the difference of two is a duration */

#endif
