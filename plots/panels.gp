# plots/panels.gp: one panel for each run of a table, up to six, in a grid. Loaded by scripts after style.gp:
#
#   panel_runs     the runs' names, in order of appearance, from the script: " mnist_vi mnist_map"
#   panel_count    how many panels there are
#   panel_run(p)   the run of panel p
#   panel_place    sets the margins of panel `panel`, and labels on its outer sides only
#   panel_bottom   share of the figure below the panels, for a key

panel_count = words(panel_runs) < 6 ? words(panel_runs) : 6
panel_columns = panel_count < 3 ? panel_count : panel_count == 4 ? 2 : 3
panel_lines = (panel_count + panel_columns - 1) / panel_columns
panel_run(p) = word(panel_runs, p)
panel_width = (0.98 - 0.09 - 0.03 * (panel_columns - 1)) / panel_columns
panel_height = (0.84 - panel_bottom - 0.12 * (panel_lines - 1)) / panel_lines
panel_column(p) = (p - 1) % panel_columns
panel_line(p) = (p - 1) / panel_columns
panel_left(p) = 0.09 + panel_column(p) * (panel_width + 0.03)
panel_top(p) = 0.84 - panel_line(p) * (panel_height + 0.12)
panel_is_lowest(p) = p + panel_columns > panel_count
panel_place = 'set lmargin at screen panel_left(panel); set rmargin at screen panel_left(panel) + panel_width; ' \
    .'set tmargin at screen panel_top(panel); set bmargin at screen panel_top(panel) - panel_height'
