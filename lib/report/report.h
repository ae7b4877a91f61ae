/* lib/report/report.h: one self-contained HTML page for a directory written by run_all.sh.
 *
 * The page needs no network: style and script are inside it, figures are inline SVG, tables are data: URLs. It shows
 * what it finds: every figure of the registry plots/figures.tsv that was drawn, every table, every run file. A new
 * table or figure needs no change here. */
#ifndef TENTH_REPORT_REPORT_H
#define TENTH_REPORT_REPORT_H

#include "core/error.h"

/* Writes DIRECTORY/report.html from its run files, its tables/ and its figures/. `project` is where
 * plots/figures.tsv and results/reference are. STATUS_USAGE: there are no tables in the directory. STATUS_DATA: one
 * cannot be read. */
enum status report_write(const char *directory, const char *project, struct error *error);

#endif
