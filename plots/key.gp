# plots/key.gp: a key below or next to the panels, in as many columns as fit. gnuplot's own key silently omits what does not
# fit. A script loads this after series.gp; gives the entries; measures; sets figure_size; loads style.gp; draws.
#
#   key_room          from the script: the largest number of entries
#   key_add(text, color, point, dashes)   adds one; point 0: a line only; dashes 0: a point only, -1: the talk's dashes
#   eval key_measure  from key_width (pixels) and key_most (columns at most) to key_columns, key_rows, key_cell (the width
#                     of a column) and key_height
#   eval key_draw     sets arrows and labels, which come with the next plot, at key_left (or around key_middle, if that is
#                     set) and key_top, the middle of the first row: pixels from the left and from the bottom
#   eval key_clear    unsets them

key_count = 0
key_size = 10 < text_least ? text_least : 10
key_row = 1.7 * key_size
key_pitch = key_row
key_sample = 40
key_slack = 24 # a column's room after its text
key_point_size = 0.6
key_width = 0
key_most = 1000
key_left = 0
key_middle = -1
key_top = 0
array key_text[key_room]
array key_color[key_room]
array key_point[key_room]
array key_dashes[key_room]
key_add(text, color, point, dashes) = (key_count = key_count + 1, key_text[key_count] = text, key_color[key_count] = color, \
    key_point[key_count] = point, key_dashes[key_count] = dashes, key_count)

# A character has .65 of the font's size, averaged over a long name.
key_long(k) = strlen(key_text[k]) < key_fits ? strlen(key_text[k]) : key_fits
key_longer(k) = key_long(k) > key_longest ? key_long(k) : key_longest
key_fit(most) = key_count < most ? key_count : most
# If not even one column fits, texts take several lines.
key_fits = 1000
key_more(k) = lines_of(wrapped(key_text[k], key_fits))
key_wrap = 'key_fits = int((key_width - key_sample - 6) / (0.65 * key_size)); key_fits = key_fits < 8 ? 8 : key_fits; key_lines = 1; ' \
    .'do for [key_k = 1:key_count] { if (key_more(key_k) > key_lines) { key_lines = key_more(key_k) } }; ' \
    .'key_pitch = key_row + (key_lines - 1) * 1.45 * key_size; '
key_measure = key_wrap.'key_longest = 0; do for [key_k = 1:key_count] { key_longest = key_longer(key_k) }; ' \
    .'key_cell = 0.65 * key_size * key_longest + key_sample + key_slack; ' \
    .'key_columns = key_fit(int((key_width + key_slack) / key_cell)); ' \
    .'if (key_columns > key_most) { key_columns = key_most }; ' \
    .'if (key_columns < 1) { key_columns = 1 }; ' \
    .'key_rows = (key_count + key_columns - 1) / key_columns; ' \
    .'key_columns = (key_count + key_rows - 1) / key_rows; ' \
    .'key_height = key_rows * key_pitch'

key_x(k, right) = ((key_middle < 0 ? key_left : key_middle - key_columns * key_cell / 2) \
    + ((k - 1) / key_rows) * key_cell + right) / word(figure_size, 1)
key_y(k) = 1. * (key_top - ((k - 1) % key_rows) * key_pitch) / word(figure_size, 2)
# Tags from 1000 on: lower ones are the scripts' own.
key_line = 'set arrow 1000 + key_k from screen key_x(key_k, 0), screen key_y(key_k) ' \
    .'to screen key_x(key_k, key_sample), screen key_y(key_k) nohead linecolor rgb key_color[key_k] linewidth line_width '
key_draw = 'do for [key_k = 1:key_count] { ' \
    .'if (key_dashes[key_k] > 0) { '.key_line.'dashtype key_dashes[key_k] }; ' \
    .'if (key_dashes[key_k] < 0) { '.key_line.'dashtype "-" }; ' \
    .'if (key_point[key_k] > 0) { set label 1000 + 2 * key_k "" at screen key_x(key_k, key_sample / 2.), screen key_y(key_k) ' \
    .'point linecolor rgb key_color[key_k] pointtype key_point[key_k] pointsize key_point_size }; ' \
    .'set label 1001 + 2 * key_k wrapped(key_text[key_k], key_fits) at screen key_x(key_k, key_sample + 6), screen key_y(key_k) left font ",".key_size }'
key_clear = 'do for [key_k = 1:key_count] { unset arrow 1000 + key_k; unset label 1000 + 2 * key_k; unset label 1001 + 2 * key_k }'
