#include "overrides.h"

#include <stdio.h>

enum status overrides_apply(struct config_source *source, const struct options *options, struct error *error)
{
    enum status status = STATUS_OK;
    for (size_t i = 0; i < options->set_count && status == STATUS_OK; i++)
        status = config_set(source, options->sets[i], error);
    if (status == STATUS_OK && options->seed >= 0) {
        char assignment[64];
        (void)snprintf(assignment, sizeof assignment, "run.seed=%ld", options->seed);
        status = config_set(source, assignment, error);
    }
    return status;
}
