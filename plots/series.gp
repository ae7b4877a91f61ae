# plots/series.gp: a series' name and look. It needs no terminal, so a script can compute its size.
#
# A method keeps its colour and its marker, a criterion its dashes, in every figure and in the report: draw.sh passes the registry
# (lib/bayes/method.def, criterion.def) as `color_NAME` and `marker_NAME` of a method and `dashes_NAME` of a criterion. One without
# a row is drawn in gray.
#
# Further configs of a method, as in an ablation, take its shades in turn; once these are used up, other markers and dashes:
# colour, marker and dashes distinguish 75 configs of a method, or 15 if dashes mean something else.

more_markers = " 1 2 3"
more_dashes = "1 2 4 3 5"

# Layers by position, an index from 1. Layers are not methods: from the first to the last their colours go from dark to light,
# and no method has these.
layer_colors = "#2D0A4E #7B2D8B #B5446E #A0783C #8A8A2E #5A5A5A #9C9C9C #C0A0C8 #C8C090"
layer_markers = "7 5 9 11 13 6 4 8 10"
layer_color(k) = by_turns(layer_colors, int(k) - 1)
layer_marker(k) = int(by_turns(layer_markers, int(k) - 1))

talk_color = "#000000"
faint = "#666666"
alarm = "#B00000"
line_width = 1.8

set encoding utf8 # lengths of names are in characters
lookup(name, otherwise) = exists(name) ? value(name) : otherwise
# The displayed name, from the registries in lib/; a name without a row is shown as it is.
named(kind, name) = lookup("title_".kind."_".name, name)
by_turns(list, k) = word(list, 1 + k % words(list))
colors_of(method) = lookup("color_".method, "#777777 #AAAAAA #333333")
method_color(method, rank) = by_turns(colors_of(method), int(rank) - 1)
turn(method, rank) = (int(rank) - 1) / words(colors_of(method))
method_marker(method, rank) = int(by_turns(lookup("marker_".method, "15 14").more_markers, turn(method, rank)))
method_dashes(method, rank) = int(by_turns(more_dashes, turn(method, rank) + turn(method, rank) / words(more_dashes)))
# Whether the method's posterior has sigmas: where one run is shown, it is of such a method, if there is one.
with_sigma(method) = lookup("with_sigma_".method, 0)
criterion_dashes(criterion) = int(lookup("dashes_".criterion, "5"))
# "VI: Gaussian mean field" is "VI" in a legend; the config is named only if a method has several.
short_method(method) = (name = named("method", method), cut = strstrt(name, ":"), cut ? name[1:cut - 1] : name)
with_variant(label, variant, configs) = configs > 1 && variant ne "" ? label." (".variant.")" : label
# In as many lines as needed, of at most that many characters, broken at blanks if there are any.
last_blank(text) = text eq "" ? 0 : text[strlen(text):strlen(text)] eq " " ? strlen(text) : last_blank(text[1:strlen(text) - 1])
wrap_at(text, most) = (blank = last_blank(text[1:most + 1]), blank < 2 ? 0 : blank)
wrapped(text, most) = strlen(text) <= most ? text : wrap_at(text, most) > 0 \
    ? text[1:wrap_at(text, most) - 1]."\n".wrapped(text[wrap_at(text, most) + 1:strlen(text)], most) \
    : text[1:most]."\n".wrapped(text[most + 1:strlen(text)], most)
lines_of(text) = text eq "" ? 0 : strstrt(text, "\n") ? 1 + lines_of(text[strstrt(text, "\n") + 1:strlen(text)]) : 1
by_criterion(name) = name eq "random" ? "at random" : "by ".named("criterion", name)
# Everything happens beyond 80 %: the axis is logarithmic in the weights kept.
removed_axis = "weights removed (%), log scale of what is left"
has(lacks, column_name) = strstrt(lacks, " ".column_name." ") == 0
has_column(columns, column_name) = strstrt(columns, " ".column_name." ") > 0
percent(share) = gprintf("%g", share * 100)
# A power of ten if a number would have many zeros; an axis of two decades or less needs more tics.
raised(text) = text eq "" ? "" : word("⁻ . / ⁰ ¹ ² ³ ⁴ ⁵ ⁶ ⁷ ⁸ ⁹", strstrt("-./0123456789", text[1:1])).raised(text[2:strlen(text)])
tic_name(mantissa, n) = n < -3 && mantissa == 1 ? "10".raised(sprintf("%d", n)) \
    : gprintf(log_greatest >= 1e5 && n >= 3 ? "%.0s %c" : "%g", mantissa * 10.**n)
# log_tics(AXIS, LEAST, GREATEST): a command that sets tics with their names, at 1, 2 and 5 if there are few powers of ten.
log_steps(least, greatest) = log10(greatest / least) > 2.2 ? "1" : "1 2 5"
log_tics = 'log_list = ""; do for [log_n = int(floor(log10(log_least))):int(ceil(log10(log_greatest)))] { ' \
    .'do for [log_m in log_steps(log_least, log_greatest)] { if (log_m * 10.**log_n >= log_above) { ' \
    .'log_list = log_list.(log_list eq "" ? "" : ", ").sprintf("\"%s\" %g", log_name(int(log_m), log_n), log_m * 10.**log_n) } } }; ' \
    .'eval "set ".log_axis."tics (".log_list.")"'
log_above = 0 # no tic below this
log_name(mantissa, n) = tic_name(mantissa, n)
# The largest of 1, 2 and 5 times a power of ten that is not above x: few tics, which fit into a narrow panel.
tic_step(x) = x <= 0 ? 1 : (tic_power = 10**floor(log10(x)), tic_power * (x >= 5 * tic_power ? 5 : x >= 2 * tic_power ? 2 : 1))
tic_step_above(x) = x <= 0 ? 1 : (tic_power = 10**floor(log10(x)), x <= 1.0001 * tic_power ? tic_power : tic_power * (x <= 2 * tic_power ? 2 : x <= 5 * tic_power ? 5 : 10))
# Many noisy epochs are a tangle: of these, a line is of the means of `epoch_window` epochs.
epoch_points = 60
epoch_window(epochs) = epochs > 100 ? int((epochs + epoch_points - 1) / epoch_points) : 1
epoch_middle(epoch, window) = window > 1 ? (floor((epoch - 1) / window) + 0.5) * window + 0.5 : epoch
# Sorts the numbers in the text sort_list by sort_score, the largest first, into sorted: keys name curves from the top down.
sort_by_score = 'sorted = ""; do for [sort_j in sort_list] { sort_best = 0; do for [sort_k in sort_list] { ' \
    .'if (strstrt(sorted." ", " ".sort_k." ") == 0) { ' \
    .'if (sort_best == 0 || sort_score[int(sort_k)] > sort_score[sort_best]) { sort_best = int(sort_k) } } }; ' \
    .'sorted = sorted." ".sort_best }'
every_one(count) = (each_text = "", (sum [every_i = 1:count] (each_text = each_text." ".every_i, 0)), each_text)
# From this many on bands are drawn fainter, since they overlap, and axes begin at the values.
many_series = 7
band_density(series) = series < 4 ? 0.18 : series < many_series ? 0.12 : 0.5 / series
# What a figure of one run or one seed says about those not shown; "" if there are none.
not_shown(count, what) = count < 1 ? "" : sprintf("Not shown: %d other %s%s", count, what, count > 1 ? "s" : "")
# A figure's run, and how many others of its method there are.
of_run(method, run, runs) = short_method(method)." (".run."). ".(runs > 1 ? not_shown(runs - 1, "run")."." : "")
# Strengths spaced as squares are mostly small: an axis of square roots gives these more room. Decided from their largest and
# median.
is_of_squares(strongest, median) = median < 0.4 * strongest
strength_axis(of_squares) = of_squares ? "set nonlinear x via sqrt(x) inverse x * x" : "unset nonlinear x"
# Tics for it, up to `strongest`, at that many even steps of its length, rounded to one digit.
rounded(x) = x <= 0 ? 0 : (round_power = 10**floor(log10(x)), round_power * floor(x / round_power + 0.5))
root_tics(strongest, steps) = (root_text = "", (sum [root_k = 0:steps] (root_text = root_text.(root_k > 0 ? ", " : "") \
    .sprintf("%g", rounded(strongest * (1. * root_k / steps)**2)), 0)), "set xtics (".root_text.")")
