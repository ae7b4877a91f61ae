# plots/reliability.gp: is the network right as often as it says? Accuracy against confidence, in the bins of the calibration
# error, with 95 % intervals; next to it the number of test items in each bin. The accuracy on fewer than ten items says
# nothing and is omitted.

load "series.gp"

color(i) = method_color(reliability_band_method[i], reliability_band_run_rank[i])
marker(i) = method_marker(reliability_band_method[i], reliability_band_run_rank[i])
dashes(i) = method_dashes(reliability_band_method[i], reliability_band_run_rank[i])
set datafile separator comma
set datafile columnheaders
# The axis begins with the first bin that has an item.
first_bin = 1
most_items = 1
do for [i = 1:reliability_band_count] {
    stats reliability_band_file[i] using (column("items") > 0 ? column("bin") : 1):(column("items")) nooutput
    first_bin = STATS_min_x < first_bin ? STATS_min_x : first_bin
    most_items = STATS_max_y > most_items ? STATS_max_y : most_items
}
stats reliability_band_file[1] using (column("bin")) nooutput
bins = STATS_records
bin_wide = bins > 1 ? (STATS_max - STATS_min) / (bins - 1) : 0.1
begin = first_bin - bin_wide / 2 - 1e-6 > 0 ? first_bin - bin_wide / 2 : 0

key_room = reliability_band_count + 1
load "key.gp"
do for [i = 1:reliability_band_count] {
    n = key_add(with_variant(short_method(reliability_band_method[i]), reliability_band_variant[i], \
        reliability_band_run_count[i]), color(i), marker(i), dashes(i))
}
n = key_add("as often as it says", faint, 0, 2)
load "page.gp"
page_panels = 2
page_columns = 2
page_tall = 330
page_between = 80
page_notes = "Whiskers: 95 % intervals, of bins of at least ten items. Methods stand beside each other within a bin, lest they hide each other."
eval page_grid
eval page_measure
load "style.gp"

told(column_name) = column("items") < 10 ? NaN : column(column_name)
# Side by side within two thirds of a bin, but no further apart than needed.
apart = smaller(0.012, 0.66 * bin_wide / reliability_band_count)
beside(i) = column("confidence") + (i - (reliability_band_count + 1) / 2.) * apart

set xrange [begin:1.015]
set xtics 0.1
set multiplot
unset key
panel = 1
title = "right, of the items of a bin"
eval panel_place
set yrange [0:1.03]
set ytics 0.2
confidence_title = 'fitting("confidence: probability of the predicted class", "confidence")'
set xlabel panel_is_lowest(panel) ? @confidence_title : ""
set ylabel "accuracy"
plot [begin:1] x with lines linecolor rgb faint dashtype 2, \
     for [i = 1:reliability_band_count] reliability_band_file[i] \
         using (told("confidence") > 0 ? beside(i) : NaN):(told("accuracy")):(told("low")):(told("high")) \
         with yerrorbars linecolor rgb color(i) linewidth 0.8 pointtype 0, \
     for [i = 1:reliability_band_count] reliability_band_file[i] using (told("confidence") > 0 ? beside(i) : NaN):(told("accuracy")) \
         with linespoints linecolor rgb color(i) linewidth line_width dashtype dashes(i) pointtype marker(i) pointsize 0.7

panel = 2
title = "items of a bin, log scale"
eval panel_place
set xlabel @confidence_title
set ylabel "items"
set logscale y
set yrange [0.8:most_items * 1.5]
log_axis = "y"
log_least = 1.
log_greatest = most_items
eval log_tics
# A bin of one seed among several may have less than one item.
plot for [i = 1:reliability_band_count] reliability_band_file[i] \
         using (column("bin")):(column("items") > 0.8 ? column("items") : 0.8) \
         with histeps linecolor rgb color(i) linewidth line_width dashtype dashes(i), \
     for [i = 1:reliability_band_count] reliability_band_file[i] \
         using (column("bin") + (i - (reliability_band_count + 1) / 2.) * apart):(column("items") > 0.8 ? column("items") : NaN) \
         with points linecolor rgb color(i) pointtype marker(i) pointsize 0.6
unset multiplot
