#include "report/look.h"

static const struct look methods[] = {
#define LOOK_METHOD(name, colours, markers) {#name, colours, markers, ""},
#define LOOK_CRITERION(name, dashes)
#include "report/look.def"
#undef LOOK_METHOD
#undef LOOK_CRITERION
};

static const struct look criteria[] = {
#define LOOK_METHOD(name, colours, markers)
#define LOOK_CRITERION(name, dashes) {#name, "", "", dashes},
#include "report/look.def"
#undef LOOK_METHOD
#undef LOOK_CRITERION
};

const struct look *look_methods(size_t *count)
{
    *count = sizeof methods / sizeof methods[0];
    return methods;
}

const struct look *look_criteria(size_t *count)
{
    *count = sizeof criteria / sizeof criteria[0];
    return criteria;
}
