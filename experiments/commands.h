/* experiments/commands.h: the subcommands, one file each. To add one: write its function and add a row in main.c. */
#ifndef TENTH_EXPERIMENTS_COMMANDS_H
#define TENTH_EXPERIMENTS_COMMANDS_H

#include "options.h"

typedef enum status command_fn(const struct options *options, struct error *error);

command_fn command_run, command_train, command_prune, command_perturb, command_ood, command_illustrate, command_table,
    command_compare, command_report, command_config, command_bench, command_export, command_predict, command_registry,
    command_data;
command_fn predict_explain; /* what data sets' inputs are; stands after the help of predict */

#endif
