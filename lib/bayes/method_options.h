/* lib/bayes/method_options.h: struct NAME_options of each method and of each prior that has keys of its own, as
 * method.def and prior.def declare them. A method finds it at posterior->options, a prior at prior->options. */
#ifndef TENTH_BAYES_METHOD_OPTIONS_H
#define TENTH_BAYES_METHOD_OPTIONS_H

#include <stdbool.h>

#define CONFIG_INT(section, key, standard, minimum, maximum, unit, help) long key;
#define CONFIG_FLOAT(section, key, standard, minimum, maximum, unit, help) double key;
#define CONFIG_BOOL(section, key, standard, help) bool key;
#define NO_OPTIONS
#define OPTIONS(name, ...)                                                                                             \
    struct name##_options {                                                                                            \
        __VA_ARGS__                                                                                                    \
    };
#define METHOD(name, title, has_sigma, networks, usual, colours, markers, options) options
#define PRIOR(name, title, source, options) options
#include "bayes/method.def"
#include "bayes/prior.def"
#undef METHOD
#undef PRIOR
#undef OPTIONS
#undef NO_OPTIONS
#undef CONFIG_INT
#undef CONFIG_FLOAT
#undef CONFIG_BOOL

#endif
