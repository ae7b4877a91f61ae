#include "results/derived.h"

#include <string.h>

#include "results/remeasured.h"

#define DERIVED(table) derive_fn derive_##table;
#include "results/derived.def"
#undef DERIVED

static const struct {
    const char *table;
    derive_fn *derive;
} derived[] = {
#define DERIVED(table) {#table, derive_##table},
#include "results/derived.def"
#undef DERIVED
};

enum status derived_rows(const struct run_file *file, struct table *rows, struct error *error)
{
    const char *name = table_kind_of(rows)->name;
    for (size_t i = 0; i < sizeof derived / sizeof derived[0]; i++) {
        if (strcmp(derived[i].table, name) == 0)
            return derived[i].derive(file, rows, error);
    }
    return remeasured_rows(file, rows, error);
}
