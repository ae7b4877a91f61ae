# plots/pruned_perturb.gp: does a pruned network still know what it does not know? Entropy and accuracy under one perturbation, of
# the whole network and of the pruned ones, a panel for each fraction; with 95 % intervals. The whole network's curve is dotted in
# the pruned ones' panels.

load "series.gp"

color(i) = method_color(pruned_perturb_band_method[i], pruned_perturb_band_run_rank[i])
marker(i) = method_marker(pruned_perturb_band_method[i], pruned_perturb_band_run_rank[i])
dashes(i) = method_dashes(pruned_perturb_band_method[i], pruned_perturb_band_run_rank[i])
name_of(i) = with_variant(short_method(pruned_perturb_band_method[i]), pruned_perturb_band_variant[i], pruned_perturb_band_run_count[i])
is_leading(i) = pruned_perturb_band_run[i] eq leading

set datafile separator comma
set datafile columnheaders
fractions = ""
leading = ""
strongest = 0
greatest = 0
array sort_score[pruned_perturb_band_count]
do for [i = 1:pruned_perturb_band_count] {
    stats pruned_perturb_band_file[i] using (column("strength")):(column("entropy")) nooutput
    sort_score[i] = STATS_mean_y
    strongest = STATS_max_x > strongest ? STATS_max_x : strongest
    greatest = STATS_max_y > greatest ? STATS_max_y : greatest
    if (has(pruned_perturb_band_lacks[i], "entropy_high")) {
        stats pruned_perturb_band_file[i] using (column("entropy_high")) nooutput
        greatest = STATS_max > greatest ? STATS_max : greatest
    }
    if (strstrt(fractions." ", " ".pruned_perturb_band_removed[i]." ") == 0) { fractions = fractions." ".pruned_perturb_band_removed[i] }
    if (with_sigma(pruned_perturb_band_method[i]) && leading eq "") { leading = pruned_perturb_band_run[i] }
}
if (leading eq "") { leading = pruned_perturb_band_run[1] }
# Fractions in order, the whole network first.
ordered = ""
while (words(ordered) < words(fractions)) {
    next_one = ""
    do for [fraction in fractions] {
        if (strstrt(ordered." ", " ".fraction." ") == 0 && (next_one eq "" || fraction + 0 < next_one + 0)) { next_one = fraction }
    }
    ordered = ordered." ".next_one
}
sort_list = ""
lead = 0
whole = 0
do for [i = 1:pruned_perturb_band_count] {
    if (pruned_perturb_band_removed[i] eq word(ordered, 1)) {
        sort_list = sort_list." ".i
        if (is_leading(i)) { lead = i; if (word(ordered, 1) + 0 == 0) { whole = i } }
    }
}
eval sort_by_score

key_room = words(sorted) + 1
load "key.gp"
do for [i in sorted] { n = key_add(name_of(int(i)), color(int(i)), marker(int(i)), dashes(int(i))) }
if (whole > 0) { n = key_add(name_of(whole).", whole", "#000000", 0, 3) }

load "page.gp"
unit = lookup("unit_perturbation_".chosen, "")
strength_unit = unit eq "" || unit eq "1" ? "ratio, without unit" : unit
count = words(ordered)
page_panels = 2 * count
page_first = count
page_columns = 4
page_first_columns = 4
page_between = 26
page_first_between = 26
page_least = 160
page_tall = 190
page_widest_title = "accuracy, 99.5 % removed"
page_notes = "Removed by each method's usual criterion, and asked as the whole network is." \
    .(has(pruned_perturb_band_lacks[lead], "entropy_high") ? " Bands: 95 % intervals, of entropy over the seeds alone." : " Bands: 95 % intervals.")
eval page_grid
eval page_measure
load "style.gp"
set style fill transparent solid band_density(words(sorted)) noborder

width_of(i) = is_leading(i) ? 2.2 : 1.1
look = 'with linespoints linecolor rgb color(int(i)) linewidth width_of(int(i)) dashtype dashes(int(i)) pointtype marker(int(i)) pointsize 0.5'
choose_lines = 'lines = ""; bands = ""; do for [k in sorted] { do for [i = 1:pruned_perturb_band_count] { ' \
    .'if (pruned_perturb_band_removed[i] eq fraction && pruned_perturb_band_run[i] eq pruned_perturb_band_run[int(k)] ' \
    .'&& pruned_perturb_band_method[i] eq pruned_perturb_band_method[int(k)]) { lines = lines." ".i; ' \
    .'if (has(pruned_perturb_band_lacks[i], high)) { bands = bands." ".i } } } }'
state(fraction) = fraction + 0 == 0 ? "whole" : percent(fraction + 0)." % removed"
set xrange [0:strongest]
set xtics tic_step(strongest / 2.5)
set multiplot
unset key
do for [panel = 1:page_panels] {
    fraction = word(ordered, 1 + (panel - 1) % count)
    shown = is_first(panel) ? "entropy" : "accuracy"
    low = is_first(panel) ? "entropy_low" : "low"
    high = is_first(panel) ? "entropy_high" : "high"
    title = shown.", ".state(fraction)
    eval panel_place
    eval choose_lines
    set xlabel panel_is_lowest(panel) && !is_first(panel) ? fitting("strength (".strength_unit.")", strength_unit) : ""
    set ylabel panel_is_left(panel) ? is_first(panel) ? "entropy (nats)" : \
        (strstrt(facts, "validation items") ? "validation" : "test")." accuracy" : ""
    set format y panel_is_left(panel) ? "%g" : ""
    set yrange [0:is_first(panel) ? 1.1 * greatest : 1.03]
    if (is_first(panel)) { set ytics autofreq } else { set ytics 0.2 }
    banded = words(bands) == 0 ? "" : 'for [i in bands] pruned_perturb_band_file[int(i)] using (column("strength")):(column(low)):(column(high)) ' \
        .'with filledcurves fillcolor rgb color(int(i)), '
    before = whole == 0 || fraction + 0 == 0 ? "" : ', pruned_perturb_band_file[whole] using (column("strength")):(column(shown)) ' \
        .'with lines linecolor rgb "#000000" linewidth 1.4 dashtype 3'
    eval 'plot '.banded.'for [i in lines] pruned_perturb_band_file[int(i)] using (column("strength")):(column(shown)) '.look.before
}
unset multiplot
