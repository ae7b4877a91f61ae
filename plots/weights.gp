# plots/weights.gp: which weights pruning removes: posterior means before, and the tenth that stays by the method's
# usual criterion (SNR if there is a sigma, else magnitude). A panel for each run. Shares are of all ranked weights.

load "series.gp"

panel_runs = ""
do for [i = 1:weight_histogram_band_count] {
    if (strstrt(panel_runs." ", " ".weight_histogram_band_run[i]." ") == 0) {
        panel_runs = panel_runs." ".weight_histogram_band_run[i]
    }
}
title_of(i) = with_variant(short_method(weight_histogram_band_method[i]), weight_histogram_band_variant[i], \
    weight_histogram_band_run_count[i]).", ".by_criterion(weight_histogram_band_criterion[i])
widest_title = ""
do for [i = 1:weight_histogram_band_count] { if (strlen(title_of(i)) > strlen(widest_title)) { widest_title = title_of(i) } }

set datafile separator comma
set datafile columnheaders
least = 1
do for [i = 1:weight_histogram_band_count] {
    stats weight_histogram_band_file[i] using (column("share") > 0 ? column("share") : 1) nooutput
    least = STATS_min < least ? STATS_min : least
}

key_room = 2
load "key.gp"
n = key_add("all weights", "#C4C4C4", 5, 0)
n = key_add("what stays, in the method's colour", faint, 5, 0)
key_point_size = 1.4
load "page.gp"
page_panels = words(panel_runs)
page_tall = 180
eval page_grid
page_title_lines = lines_of(wrapped(widest_title, panel_chars(page_panels, 11)))
page_notes = "Bars stand over the bins that have weights. The outermost bins end at the outermost weights."
eval page_measure
load "style.gp"

set logscale y
log_axis = "y"
log_least = least
log_greatest = 1
every_log_name(mantissa, n) = n < -5 ? "10".raised(sprintf("%d", n + 2)) : percent(mantissa * 10.**n)
# A bar from the bin's left end to its right one.
some(column_name) = column(column_name) > 0 ? column(column_name) : NaN
set multiplot
unset key
do for [panel = 1:page_panels] {
    do for [i = 1:weight_histogram_band_count] {
        if (weight_histogram_band_run[i] eq word(panel_runs, panel)) {
            if (weight_histogram_band_state[i] eq "before") { before = i } else { after = i }
        }
    }
    color = method_color(weight_histogram_band_method[before], weight_histogram_band_run_rank[before])
    title = title_of(after)
    eval panel_place
    set xrange [*:*]
    set yrange [*:*]
    stats weight_histogram_band_file[before] using (column("weight")) nooutput
    wide = STATS_records > 1 ? (STATS_max - STATS_min) / (STATS_records - 1) : 1
    half = wide / 2
    set xrange [STATS_min - 2 * half:STATS_max + 2 * half]
    set yrange [least / 2:1.5]
    # None stands at the panel's edge, where the next panel's begin.
    set xtics tic_step(STATS_max / 1.2)
    set xrange [1.12 * (STATS_min - 2 * half):1.12 * (STATS_max + 2 * half)]
    set xlabel panel_is_lowest(panel) ? "weight (mean of its posterior)" : ""
    set ylabel panel_is_left(panel) ? "weights (%)" : ""
    log_name(mantissa, n) = panel_is_left(panel) ? every_log_name(mantissa, n) : ""
    eval log_tics
    plot weight_histogram_band_file[before] using (column("weight")):(some("share")):(wide) with boxes \
             fillcolor rgb "#C4C4C4" fillstyle solid 1 noborder, \
         weight_histogram_band_file[after] using (column("weight")):(some("share")):(wide) with boxes \
             fillcolor rgb color fillstyle solid 0.75 noborder
}
unset multiplot
