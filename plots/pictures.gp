# plots/pictures.gp: reads the pictures of the table `stills`, and what one run predicts for them. Loaded after style.gp.
#
# Picture i of stills_file is item stills_item[i] at strength stills_strength[i]. Its lines are texts of hexadecimal bytes.

hex_digits = "0123456789abcdef"
digit(text, at) = strstrt(hex_digits, text[at:at]) - 1
picture_height = int(stills_height[1])
picture_width = int(stills_width[1])
picture_channels = int(stills_channels[1])
is_series = picture_height == 1

array picture_line[stills_count * picture_height]
keep(i, line, text) = (picture_line[(i - 1) * picture_height + line + 1] = text, 0)
set xrange [0:1]
set yrange [0:1]
set table $lines
plot for [i = 1:stills_count] stills_file[i] using (keep(i, int(column("line")), strcol("pixels"))):(0)
unset table
set xrange [*:*]
set yrange [*:*]
byte_at(text, k) = 16 * digit(text, 2 * k + 1) + digit(text, 2 * k + 2)
byte(i, line, k) = byte_at(picture_line[(i - 1) * picture_height + line + 1], k)
color_byte(i, line, x, c) = byte(i, line, x * picture_channels + (picture_channels == 3 ? c : 0))
# Rows count downwards in a picture and upwards in a plot.
at(i, x, y, c) = color_byte(i, picture_height - 1 - int(y), int(x), c)
series_value(i, t) = stills_low[i] + (stills_high[i] - stills_low[i]) * byte(i, 0, int(t)) / 255.

strengths = ""
items = ""
do for [i = 1:stills_count] {
    if (strstrt(strengths." ", " ".stills_strength[i]." ") == 0) { strengths = strengths." ".stills_strength[i] }
    if (strstrt(items." ", " ".stills_item[i]." ") == 0) { items = items." ".stills_item[i] }
}
strengths_count = words(strengths)
items_count = words(items)
same(a, b) = a eq b
picture_of(item, strength) = (sum [i = 1:stills_count] \
    (same(stills_item[i], item) && same(stills_strength[i], strength) ? i : 0))

# What a script plots for picture p. An image is drawn point by point in the order of its grid: rows from the top.
set print $grid
print "x,y"
do for [y = picture_height - 1:0:-1] { do for [x = 0:picture_width - 1] { print sprintf("%d,%d", x, y) } }
unset print
picture_plot = is_series ? "$grid using 1:(series_value(p, $1)) with lines linecolor rgb '#0072B2' linewidth 1.2" \
    : "$grid using 1:2:(at(p, $1, $2, 0)):(at(p, $1, $2, 1)):(at(p, $1, $2, 2)) with rgbimage"
