# plots/sigma_layers.gp: the posterior's sigmas layer by layer, weights and biases apart: left, their medians over training;
# right, what they end with, on the same axis. A line of panels for each config. The prior's sigma, to which nothing but the
# objective moves them, is dotted. Bands are 95 % over seeds.

load "series.gp"

configs = ""
layers = ""
do for [i = 1:sigma_layers_band_count] {
    if (strstrt(configs." ", " ".sigma_layers_band_run[i]." ") == 0) { configs = configs." ".sigma_layers_band_run[i] }
    if (strstrt(layers." ", " ".sigma_layers_band_layer[i]." ") == 0) { layers = layers." ".sigma_layers_band_layer[i] }
}
lines = words(configs)
layer_count = words(layers)
key_room = layer_count + 3
load "key.gp"
do for [k = 1:layer_count] { n = key_add(word(layers, k), layer_color(k), 0, 1) }
n = key_add("weights", faint, 0, 1)
n = key_add("biases", faint, 0, 2)
n = key_add("the prior's σ", faint, 0, 3)
key_width = 930
eval key_measure
top = 72.
below = 80. + key_height
tall = lines == 1 ? 340. : 230.
between = 62.
height = top + lines * tall + (lines - 1) * between + below
figure_size = sprintf("960 %.0f", height)
load "style.gp"

rank_of(layer) = (sum [k = 1:layer_count] (word(layers, k) eq layer ? k : 0))
color(i) = layer_color(rank_of(sigma_layers_band_layer[i]))
is_bias(i) = sigma_layers_band_part[i] eq "biases"
panel_top(line) = 1 - (top + (line - 1) * (tall + between)) / height
panel_low(line) = panel_top(line) - tall / height
note = sigma_histogram_band_count > 0 ? "right: share of a layer's sigmas in each bin, relative to its fullest; weights to the right, biases to the left" : ""
set label 3 note at screen 0.99, screen 10 / height right font note_font textcolor rgb faint
unset key
key_middle = 480
key_top = 16 + key_height
eval key_draw
set logscale y
# A member of the band's list is what has rows of this config; with one seed there is no band.
members = ""
banded = ""
shapes = ""
choose_members = 'members = ""; banded = ""; shapes = ""; ' \
    .'do for [i = 1:sigma_layers_band_count] { if (sigma_layers_band_run[i] eq config) { members = members." ".i; ' \
    .'if (has(sigma_layers_band_lacks[i], "low")) { banded = banded." ".i } } }; ' \
    .'do for [i = 1:sigma_histogram_band_count] { if (sigma_histogram_band_run[i] eq config) { shapes = shapes." ".i } }'
least = 1e300
greatest = 0
prior = 0
array fullest[sigma_histogram_band_count + 1]
# gnuplot reckons within the axes' ranges.
choose_range = 'set xrange [*:*]; set yrange [*:*]; least = 1e300; greatest = 0; do for [m in members] { ' \
    .'stats sigma_layers_band_file[int(m)] using (column("q05")) name "bound" nooutput; ' \
    .'least = bound_min < least ? bound_min : least; ' \
    .'stats sigma_layers_band_file[int(m)] using (column("q95")) name "bound" nooutput; ' \
    .'greatest = bound_max > greatest ? bound_max : greatest; ' \
    .'stats sigma_layers_band_file[int(m)] using (column("prior_sigma")) name "bound" nooutput; prior = bound_max }; ' \
    .'greatest = prior > greatest ? prior : greatest; do for [m in shapes] { ' \
    .'stats sigma_histogram_band_file[int(m)] using (column("share")) name "bound" nooutput; fullest[int(m)] = bound_max; ' \
    .'stats sigma_histogram_band_file[int(m)] using (column("share") > 0 ? column("sigma") : NaN) name "bound" nooutput; ' \
    .'least = bound_min < least ? bound_min : least; greatest = bound_max > greatest ? bound_max : greatest }'
# Some numbers on an axis of any length.
numbered = 1
choose_tics = 'set ytics ("" prior); do for [e = -6:6] { do for [step in (greatest < 100 * least ? "1 2 5" : "1")] { ' \
    .'set ytics add (numbered ? sprintf("%g", step * 10.**e) : "" step * 10.**e) } }'
# A bin is a twentieth of a decade (lib/run/derived_sigma.c).
half_bin = 10**(1 / 40.)
shape = 'using (column("share") > 0 ? slot : NaN):(column("sigma")):(side > 0 ? slot : slot - 0.44 * column("share") / fullest[i])' \
    .':(side > 0 ? slot + 0.44 * column("share") / fullest[i] : slot)' \
    .':(column("sigma") / half_bin):(column("sigma") * half_bin) with boxxyerror'
set multiplot
do for [line = 1:lines] {
    config = word(configs, line)
    eval choose_members
    eval choose_range
    set yrange [least / 1.2:greatest * 1.2]
    set tmargin at screen panel_top(line)
    set bmargin at screen panel_low(line)
    set lmargin at screen 0.09
    set rmargin at screen (words(shapes) > 0 ? 0.56 : 0.98)
    first = int(word(members, 1))
    title = with_variant(short_method(sigma_layers_band_method[first]), sigma_layers_band_variant[first], \
        sigma_layers_band_run_count[first])
    set label 4 title.": median over training" at graph 0, graph 1 offset 0, 0.7 left font panel_font
    set label 5 "prior" at graph 0.99, first prior right offset 0, 0.5 font note_font textcolor rgb faint
    set ylabel "σ"
    numbered = 1
    eval choose_tics
    set xlabel line == lines ? "epoch" : ""
    set xrange [*:*] noextend
    set xtics auto font ",10"
    bands = words(banded) == 0 ? "" : 'for [m in banded] sigma_layers_band_file[int(m)] using (column("epoch"))' \
        .':(column("low") > 0 ? column("low") : least / 10):(column("high")) with filledcurves fillcolor rgb color(int(m)), '
    eval 'plot prior with lines linecolor rgb faint linewidth 1 dashtype 3, '.bands \
        .'for [m in members] sigma_layers_band_file[int(m)] using (column("epoch")):(column("q50")) ' \
        .'with lines linecolor rgb color(int(m)) linewidth line_width dashtype 1 + is_bias(int(m))'
    unset label 1
    unset label 2
    unset label 3
    unset label 5
    eval key_clear
    if (words(shapes) > 0) {
        set lmargin at screen 0.60
        set rmargin at screen 0.98
        set label 4 "trained: histogram" at graph 0, graph 1 offset 0, 0.7 left font panel_font
        set ylabel ""
        numbered = 0
        eval choose_tics
        set xlabel ""
        set xrange [0.5:layer_count + 0.5]
        set xtics ("" 0)
        do for [k = 1:layer_count] { set xtics add (word(layers, k) k) }
        set style fill solid 0.6 noborder
        # A shape has its own scale, and so a plot of its own on the same axes.
        do for [m in shapes] {
            i = int(m)
            slot = rank_of(sigma_histogram_band_layer[i])
            side = sigma_histogram_band_part[i] eq "biases" ? -1 : 1
            eval 'plot prior with lines linecolor rgb faint linewidth 1 dashtype 3, sigma_histogram_band_file[i] '.shape \
                .' linecolor rgb layer_color(slot)'
            # What is around the shapes is drawn once.
            unset grid
            unset label 4
            unset tics
            unset border
        }
        set border 3 linecolor rgb faint linewidth 0.8
        set tics out scale 0.5 textcolor rgb "black"
        set xtics nomirror
        set ytics nomirror
        set style fill transparent solid 0.18 noborder
        set grid linetype 1 linecolor rgb "#DDDDDD" linewidth 0.6
    }
}
unset multiplot
