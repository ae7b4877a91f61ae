/* lib/run/network_table.h: a network, before it is trained, as a table. */
#ifndef TENTH_RUN_NETWORK_TABLE_H
#define TENTH_RUN_NETWORK_TABLE_H

#include "core/error.h"
#include "nn/network.h"

/* The network of a spec that network_windows accepts as a table, for people: a line for each layer with its name, its
 * text, the shape of its output, its weights (with biases), the multiply-adds of one item and what computes them; then
 * their sums. Each line begins with `prefix`. NULL on failure; the caller frees with memory_free. */
char *network_table(const struct network_spec *spec, const char *prefix, struct error *error);

#endif
