# plots/sigma_layers.gp: the posterior's sigmas layer by layer, weights and biases separately: left, their medians over
# training; right, their final values, on the same axis. A line of panels for each config. The prior's sigma, toward
# which only the objective moves them, is dotted. Bands are 95 % over seeds.

load "series.gp"

configs = ""
layers = ""
do for [i = 1:sigma_layers_band_count] {
    if (strstrt(configs." ", " ".sigma_layers_band_run[i]." ") == 0) { configs = configs." ".sigma_layers_band_run[i] }
    if (strstrt(layers." ", " ".sigma_layers_band_layer[i]." ") == 0) { layers = layers." ".sigma_layers_band_layer[i] }
}
layer_count = words(layers)
with_shapes = sigma_histogram_band_count > 0
rank_of(layer) = (sum [k = 1:layer_count] (word(layers, k) eq layer ? k : 0))
color(i) = layer_color(rank_of(sigma_layers_band_layer[i]))
is_bias(i) = sigma_layers_band_part[i] eq "biases"
# The config's first member.
member_of(config) = (found = 0, sum [i = 1:sigma_layers_band_count] \
    (found = found == 0 && sigma_layers_band_run[i] eq config ? i : found, 0), found)
name_of(i) = with_variant(short_method(sigma_layers_band_method[i]), sigma_layers_band_variant[i], sigma_layers_band_run_count[i])
title_median(config) = name_of(member_of(config)).": median over training"
title_shape(config) = (words(configs) > 1 ? name_of(member_of(config)).", " : "")."trained: histogram"
widest_title = ""
do for [config in configs] { if (strlen(title_median(config)) > strlen(widest_title)) { widest_title = title_median(config) } }

key_room = layer_count + 3
load "key.gp"
do for [k = 1:layer_count] { n = key_add(word(layers, k), layer_color(k), 0, 1) }
n = key_add("weights", faint, 0, 1)
n = key_add("biases", faint, 0, 2)
n = key_add("the prior's σ", faint, 0, 3)
load "page.gp"
page_panels = words(configs) * (with_shapes ? 2 : 1)
page_columns = with_shapes ? 2 : 1
page_tall = words(configs) == 1 ? 320 : 230
page_between = 40
page_widest_title = widest_title
page_notes = (with_shapes ? "Histograms: share of a layer's sigmas in each bin, relative to its fullest; weights to the right, biases to the left." : "")
eval page_grid
eval page_measure
load "style.gp"

unset key
set logscale y
# members: the band's list entries for this config; with one seed there is no band.
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
# gnuplot computes statistics within the axes' ranges, and iterates once over an empty list.
choose_range = 'set xrange [*:*]; set yrange [*:*]; least = 1e300; greatest = 0; do for [m in members] { ' \
    .'stats sigma_layers_band_file[int(m)] using (column("q05")) name "bound" nooutput; ' \
    .'least = bound_min < least ? bound_min : least; ' \
    .'stats sigma_layers_band_file[int(m)] using (column("q95")) name "bound" nooutput; ' \
    .'greatest = bound_max > greatest ? bound_max : greatest; ' \
    .'stats sigma_layers_band_file[int(m)] using (column("prior_sigma")) name "bound" nooutput; prior = bound_max }; ' \
    .'greatest = prior > greatest ? prior : greatest; if (words(shapes) > 0) { do for [m in shapes] { ' \
    .'stats sigma_histogram_band_file[int(m)] using (column("share")) name "bound" nooutput; fullest[int(m)] = bound_max; ' \
    .'stats sigma_histogram_band_file[int(m)] using (column("share") > 0 ? column("sigma") : NaN) name "bound" nooutput; ' \
    .'least = bound_min < least ? bound_min : least; greatest = bound_max > greatest ? bound_max : greatest } }; ' \
    .'set yrange [least / 1.2:greatest * 1.2]'
# Some numbers on an axis of any length.
numbered = 1
choose_tics = 'set ytics ("" prior); do for [e = -6:6] { do for [step in (greatest < 100 * least ? "1 2 5" : "1")] { ' \
    .'set ytics add (numbered ? sprintf("%g", step * 10.**e) : "" step * 10.**e) } }'
# A bin is a twentieth of a decade (lib/results/derived_sigma.c).
half_bin = 10**(1 / 40.)
shape = 'using (column("share") > 0 ? slot : NaN):(column("sigma")):(side > 0 ? slot : slot - 0.44 * column("share") / fullest[i])' \
    .':(side > 0 ? slot + 0.44 * column("share") / fullest[i] : slot)' \
    .':(column("sigma") / half_bin):(column("sigma") * half_bin) with boxxyerror'
set multiplot
do for [panel = 1:page_panels] {
    is_shape = with_shapes && panel % 2 == 0
    config = word(configs, with_shapes ? (panel + 1) / 2 : panel)
    eval choose_members
    eval choose_range
    title = is_shape ? title_shape(config) : title_median(config)
    if (is_shape && words(shapes) == 0) { continue }
    eval panel_place
    numbered = panel_is_left(panel)
    set ylabel panel_is_left(panel) ? "σ" : ""
    eval choose_tics
    if (!is_shape) {
        set label 6 "prior" at graph 0.99, first prior right offset 0, 0.5 font note_font textcolor rgb faint
        set xlabel (panel + 2 > page_panels || columns_after == 1 ? "epoch" : "")
        set xrange [*:*] noextend
        set xtics auto
        bands = words(banded) == 0 ? "" : 'for [m in banded] sigma_layers_band_file[int(m)] using (column("epoch"))' \
            .':(column("low") > 0 ? column("low") : least / 10):(column("high")) with filledcurves fillcolor rgb color(int(m)), '
        eval 'plot prior with lines linecolor rgb faint linewidth 1 dashtype 3, '.bands \
            .'for [m in members] sigma_layers_band_file[int(m)] using (column("epoch")):(column("q50")) ' \
            .'with lines linecolor rgb color(int(m)) linewidth line_width dashtype 1 + is_bias(int(m))'
        unset label 6
    } else {
        set xlabel ""
        set xrange [0.5:layer_count + 0.5]
        set xtics ("" 0)
        do for [k = 1:layer_count] { set xtics add (word(layers, k) k) }
        set style fill solid 0.6 noborder
        # Each shape has its own scale, and so its own plot on the same axes.
        do for [m in shapes] {
            i = int(m)
            slot = rank_of(sigma_histogram_band_layer[i])
            side = sigma_histogram_band_part[i] eq "biases" ? -1 : 1
            eval 'plot prior with lines linecolor rgb faint linewidth 1 dashtype 3, sigma_histogram_band_file[i] '.shape \
                .' linecolor rgb layer_color(slot)'
            # The surroundings of the shapes are drawn once.
            unset grid
            unset label 4
            unset tics
            unset border
            unset ylabel
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
