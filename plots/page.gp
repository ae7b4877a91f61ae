# plots/page.gp: a figure as a page: its head, a grid of panels, a key and notes, in pixels, from the top down. A script
#
#   loads series.gp, key.gp and this; sets page_panels and any other rows below;
#   eval page_grid      how many columns fit; from then on panel_wide(p) and panel_chars(p, size) are valid
#   sets page_notes, page_title_lines, page_sub_lines, if these need more than one line of text
#   eval page_measure   figure_size, and all positions
#   loads style.gp; for each panel: panel = p; title = "..."; subtitle = "..."; eval panel_place; plot ...
#
# draw.sh sets page_width, a figure's greatest width in pixels, and text_least, the least size of text. If the page is narrower
# than a script asks for, panels go below each other.

page_panels = 1
page_columns = 3           # at most
page_first = 0             # this many panels have separate lines before the others, of page_first_columns
page_first_columns = 2
page_tall = 210            # the height of a panel
page_first_tall = 0        # that of the first ones; 0: like the others
page_left = 78             # room left of a line of panels, for its axis
page_between = 26          # room between panels
page_first_between = 80
page_axis = 52             # room below a line of panels, for its axis
page_least = 200           # the least width of a panel, except on a page of one column
page_most = 960            # the largest width of the page
page_title_lines = 1
page_widest_title = ""     # of the panels, for page_title_lines
page_sub_lines = 0
page_notes = ""
page_foot = 0              # room below the panels for the script's own drawing, from page_foot_begin on
page_right = 24
key_room = exists("key_room") ? key_room : 1
page_with_key = exists("key_count")
if (!page_with_key) { load "key.gp" }

text_size(size) = size < text_least ? text_least : size
font_of(size) = sprintf(",%g", text_size(size))
# A character has .65 of the font's size, averaged over a long text; bold ones have .74.
page_chars(pixels, size) = (chars = int(pixels / (0.65 * text_size(size))), chars < 8 ? 8 : chars)
# A text too long for the panel's axis is replaced by a shorter one.
fitting(text, shorter) = strlen(text) > panel_chars(panel, 11) ? shorter : text
smaller(a, b) = a < b ? a : b
at_least(a, b) = a > b ? a : b
# Epochs have a tic for as many as have room for their numbers.
epoch_step(epochs, p) = epochs <= 8 ? 1 : tic_step_above(epochs * 0.65 * text_size(11) * (3.5 + floor(log10(epochs))) / panel_wide(p))
columns_that_fit(wish, between) = at_least(1, smaller(wish, int((page_room + between) / (page_least + between))))

page_grid = 'page_wide = smaller(page_width, page_most); page_room = page_wide - page_left - page_right; ' \
    .'columns_first = page_first > 0 ? columns_that_fit(page_first_columns, page_first_between) : 1; ' \
    .'lines_first = (page_first + columns_first - 1) / columns_first; ' \
    .'columns_after = columns_that_fit(smaller(page_columns, at_least(1, page_panels - page_first)), page_between); ' \
    .'lines_after = (page_panels - page_first + columns_after - 1) / columns_after; ' \
    .'page_first_tall = page_first_tall > 0 ? page_first_tall : page_tall'
is_first(p) = p <= page_first
panel_columns(p) = is_first(p) ? columns_first : columns_after
panel_gap(p) = is_first(p) ? page_first_between : page_between
panel_column(p) = (is_first(p) ? p - 1 : p - page_first - 1) % panel_columns(p)
panel_line(p) = is_first(p) ? (p - 1) / columns_first : lines_first + (p - page_first - 1) / columns_after
panel_wide(p) = (page_room - panel_gap(p) * (panel_columns(p) - 1.)) / panel_columns(p)
panel_high(p) = is_first(p) ? page_first_tall : page_tall
panel_x(p) = page_left + panel_column(p) * (panel_wide(p) + panel_gap(p))
panel_chars(p, size) = page_chars(panel_wide(p), size)
# The lowest of its column, or the last of the first ones: it has the axis title.
panel_is_lowest(p) = p + panel_columns(p) > (is_first(p) ? page_first : page_panels)
panel_is_left(p) = panel_column(p) == 0

# The figure's subject and data: a stand-in or a smoke run must not be mistaken for the real thing.
synthetic = strstrt(data_source, "SYNTHETIC") > 0
head_alarm = synthetic || flags ne ""
head_parts = flags.(synthetic ? (flags eq "" ? "" : ", ")."SYNTHETIC data".(dataset eq "" ? "" : " in place of ".named("dataset", dataset)) \
    : dataset eq "" ? "" : (flags eq "" ? "" : ", ").named("dataset", dataset)) \
    .(chosen eq "" ? "" : ", ".(each eq "method" ? short_method(chosen) : named(each, chosen)))
head_line = head_parts.(head_parts eq "" ? "" : ": ").figure_title
source_shown = synthetic || strstrt(data_source, "not the official files") > 0 ? data_source : ""
facts_line = facts.(facts eq "" || source_shown eq "" ? "" : "; ").source_shown
head_size = 14
line_high = 1.45 # of a font's size, in a text of several lines

panel_above = '(6 + line_high * text_size(11) * page_title_lines + line_high * text_size(9) * page_sub_lines)'
page_measure = 'head_wrapped = wrapped(head_line, int((page_wide - 16) / (0.8 * head_size))); ' \
    .'facts_wrapped = wrapped(facts_line, page_chars(page_wide - 16, 9)); ' \
    .'page_head = 11 + line_high * head_size * lines_of(head_wrapped) + line_high * text_size(9) * lines_of(facts_wrapped) + 6; ' \
    .'page_title_lines = at_least(page_title_lines, lines_of(wrapped(page_widest_title, panel_chars(1, 11)))); ' \
    .'page_above = '.panel_above.'; ' \
    .'page_line_first = page_above + page_first_tall + page_axis; page_line = page_above + page_tall + page_axis; ' \
    .'page_panels_end = page_head + lines_first * page_line_first + lines_after * page_line; ' \
    .'page_foot_begin = page_panels_end; page_key_begin = page_panels_end + page_foot; ' \
    .'key_height = 0; key_in_gap = 0; ' \
    .'if (page_with_key && key_count > 0) { eval page_key }; ' \
    .'notes_wrapped = wrapped(page_notes, page_chars(page_wide - 16, 8)); ' \
    .'page_notes_begin = page_key_begin + (key_in_gap || key_height == 0 ? 0 : key_height + 10); ' \
    .'page_high = page_notes_begin + (page_notes eq "" ? 4 : line_high * text_size(8) * lines_of(notes_wrapped) + 8); ' \
    .'key_top = page_high - (key_in_gap ? key_top_in_gap : page_key_begin + 4) - key_row / 2; ' \
    .'figure_size = sprintf("%.0f %.0f", page_wide, page_high)'
# If the last line has a free place, the key goes there, if it fits.
page_gap_columns = '(columns_after - 1 - panel_column(page_panels))'
page_key = 'gap_columns = page_panels > page_first ? '.page_gap_columns.' : 0; ' \
    .'gap_wide = gap_columns * (panel_wide(page_panels) + page_between) - 10; ' \
    .'key_most_wished = key_most; key_most = gap_columns > 0 ? gap_columns : 1; key_width = gap_columns > 0 ? gap_wide : 1000; eval key_measure; ' \
    .'if (gap_columns > 0 && key_lines == 1 && key_columns * key_cell <= gap_wide + key_slack - 8 && key_height <= page_tall + page_axis) { key_in_gap = 1; ' \
    .'key_left = panel_x(page_panels) + panel_wide(page_panels) + page_between; key_middle = -1; ' \
    .'key_top_in_gap = page_panels_end - page_line + page_above } else { ' \
    .'key_most = key_most_wished; key_width = page_wide - 16; eval key_measure; key_middle = page_wide / 2.; ' \
    .'key_middle = key_columns * key_cell > page_wide - 8 ? -1 : key_middle; key_left = 8 }'
sx(x) = 1. * x / page_wide
sy(y) = 1 - 1. * y / page_high
panel_y(p) = page_head + (is_first(p) ? panel_line(p) * page_line_first \
    : lines_first * page_line_first + (panel_line(p) - lines_first) * page_line) + page_above
title = ""
subtitle = ""
page_draw = 'set label 3 notes_wrapped at screen sx(8), sy(page_notes_begin + 0.8 * text_size(8)) left font font_of(8) textcolor rgb faint; ' \
    .'if (key_height > 0) { eval key_draw }'
page_clear = 'unset label 1; unset label 2; unset label 3; if (key_height > 0) { eval key_clear }'
panel_titles = 'title_wrapped = wrapped(title, panel_chars(panel, 11)); sub_wrapped = wrapped(subtitle, panel_chars(panel, 9)); ' \
    .'set label 4 title_wrapped at screen sx(panel_x(panel)), ' \
    .'sy(panel_y(panel) - 6 - line_high * text_size(9) * lines_of(sub_wrapped) - line_high * text_size(11) * (lines_of(title_wrapped) - 0.4)) ' \
    .'left font font_of(11); ' \
    .'set label 5 sub_wrapped at screen sx(panel_x(panel)), ' \
    .'sy(panel_y(panel) - 6 - line_high * text_size(9) * (lines_of(sub_wrapped) - 0.4)) left font font_of(9) textcolor rgb faint'
panel_place = 'set lmargin at screen sx(panel_x(panel)); set rmargin at screen sx(panel_x(panel) + panel_wide(panel)); ' \
    .'set tmargin at screen sy(panel_y(panel)); set bmargin at screen sy(panel_y(panel) + panel_high(panel)); ' \
    .'if (panel == 1) { eval page_draw } else { eval page_clear }; eval panel_titles; set xlabel offset 0, 0.4'
