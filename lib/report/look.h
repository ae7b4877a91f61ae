/* lib/report/look.h: how methods and criteria look; the registry is look.def, which the figures read too. */
#ifndef TENTH_REPORT_LOOK_H
#define TENTH_REPORT_LOOK_H

#include <stddef.h>

struct look {
    const char *name;    /* in lib/bayes/method.def or criterion.def */
    const char *colours; /* "#RRGGBB #RRGGBB ..." on white; a criterion has "" */
    const char *markers; /* a criterion has "" */
    const char *dashes;  /* a method has "" */
};

/* Static storage. */
const struct look *look_methods(size_t *count);
const struct look *look_criteria(size_t *count);

#endif
