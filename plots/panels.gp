# plots/panels.gp: a grid of panels. Loaded by scripts before style.gp, for it sets figure_size:
#
#   panel_count    from the script, as the next five: how many panels there are
#   panel_wish     columns; 0: up to three
#   panel_base     the height, in pixels, of a figure of up to two lines; further lines make it higher
#   panel_bottom   share of panel_base below the panels, for a key
#   panel_between  share of the width between panels
#   panel_more     pixels below the panels, beside those, for a key that needs more
#   panel_longest  the length of the longest title, from the script, before it draws
#   panel_title    sets the text `title` above panel `panel`, as label 4: in a small font where not all fit, in two lines
#                  where it does not even so; panel_rise from the script: the characters between title and panel
#   panel_place    sets the margins of panel `panel`, and labels on its outer sides only

panel_columns = panel_wish > 0 ? panel_wish : panel_count < 3 ? panel_count : panel_count == 4 ? 2 : 3
panel_lines = (panel_count + panel_columns - 1) / panel_columns
panel_gap = 0.12 * panel_base
panel_tall = (0.84 - panel_bottom) * panel_base
panel_tall = panel_lines < 2 ? panel_tall : (panel_tall - panel_gap) / 2
figure_height = 0.16 * panel_base + panel_bottom * panel_base + panel_more + panel_lines * panel_tall + (panel_lines - 1) * panel_gap
figure_size = sprintf("960 %.0f", figure_height)
panel_width = (0.98 - 0.09 - panel_between * (panel_columns - 1)) / panel_columns
panel_height = panel_tall / figure_height
panel_column(p) = (p - 1) % panel_columns
panel_line(p) = (p - 1) / panel_columns
panel_left(p) = 0.09 + panel_column(p) * (panel_width + panel_between)
panel_top(p) = 1 - (0.16 * panel_base + panel_line(p) * (panel_tall + panel_gap)) / figure_height
panel_is_lowest(p) = p + panel_columns > panel_count
panel_fit = int(960 * panel_width / 5.3)
panel_title = 'set label 4 wrapped(title, panel_fit) at graph 0, graph 1 ' \
    .'offset 0, panel_rise + (strlen(title) > panel_fit ? 0.8 : 0) left font panel_longest * 6.9 < 960 * panel_width ? ",11" : ",8"'
panel_place = 'set lmargin at screen panel_left(panel); set rmargin at screen panel_left(panel) + panel_width; ' \
    .'set tmargin at screen panel_top(panel); set bmargin at screen panel_top(panel) - panel_height'
