/* tests/check.h: what cmocka lacks: comparison of doubles. cmocka.h is included before. */
#ifndef TENTH_TESTS_CHECK_H
#define TENTH_TESTS_CHECK_H

#include <math.h>

/* |found - expected| <= tolerance; a NaN fails. Both values stand in the message. */
#define assert_near(found, expected, tolerance)                                                                        \
    do {                                                                                                               \
        double check_found = (double)(found), check_expected = (double)(expected);                                     \
        if (!(fabs(check_found - check_expected) <= (double)(tolerance)))                                              \
            fail_msg("%s is %.17g, not %.17g (tolerance %g)", #found, check_found, check_expected,                     \
                     (double)(tolerance));                                                                             \
    } while (0)

#endif
