# plots/sigma.gp: quantiles of the posterior's standard deviations over training, next to their initial values: means over the
# seeds of each config, in separate panels if there are several.
#
# Only the objective moves them: no schedule, no rule. The dashed line is the median before the first step.

load "series.gp"

title_of(i) = with_variant(short_method(sigma_method[i]), sigma_variant[i], sigma_run_count[i])
widest_title = ""
several = 0
do for [i = 1:sigma_count] {
    if (strlen(title_of(i)) > strlen(widest_title)) { widest_title = title_of(i) }
    several = sigma_seeds[i] > several ? sigma_seeds[i] : several
}
set datafile separator comma
set datafile columnheaders
# Panels share their axis, so that configs can be compared.
least = 1e300
greatest = 0
last_epoch = 1
do for [i = 1:sigma_count] {
    stats sigma_file[i] using (column("q05")):(column("q95")) nooutput
    least = STATS_min_x < least ? STATS_min_x : least
    greatest = STATS_max_y > greatest ? STATS_max_y : greatest
    stats sigma_file[i] using (column("epoch")) nooutput
    last_epoch = STATS_max > last_epoch ? STATS_max : last_epoch
}

key_room = 4
load "key.gp"
key_point_size = 1.4
n = key_add("median", faint, 0, 1)
n = key_add("25 to 75 %", "#9A9A9A", 5, 0)
n = key_add("5 to 95 %", "#D5D5D5", 5, 0)
n = key_add("median at the start", talk_color, 0, -1)
load "page.gp"
page_panels = sigma_count
alone = page_panels == 1
if (alone) {
    page_most = 760
    page_tall = 300
}
page_left = 84
eval page_grid
start_text(i, from, to) = sprintf("the median goes from %.3g to at most %.3g", from, to)
page_title_lines = lines_of(wrapped(widest_title, panel_chars(page_panels, 11)))
page_sub_lines = lines_of(wrapped(start_text(1, 0.0001234, 0.0001234), panel_chars(page_panels, 9)))
page_notes = several > 1 ? "Quantiles of all weights' σ: their means over the seeds." : "Quantiles of all weights' σ."
eval page_measure
load "style.gp"

# A logarithmic axis of less than half a decade may have no numbered tic.
is_logarithmic = greatest > 4 * least
if (is_logarithmic) {
    set logscale y
    log_axis = "y"
    log_least = least
    log_greatest = greatest
}
set xtics epoch_step(last_epoch, 1)
set multiplot
unset key
do for [panel = 1:page_panels] {
    fan = method_color(sigma_method[panel], sigma_run_rank[panel])
    set xrange [*:*]
    set yrange [*:*]
    stats sigma_file[panel] using (column("q50")) every ::0::0 nooutput
    start = STATS_min
    stats sigma_file[panel] using (column("q50")) nooutput
    title = title_of(panel)
    subtitle = start_text(panel, start, STATS_max)
    eval panel_place
    set xrange [0:last_epoch]
    set yrange [least / 1.15:greatest * 1.15]
    set xlabel panel_is_lowest(panel) ? "epoch" : ""
    set ylabel panel_is_left(panel) ? (alone ? "standard deviation σ of a weight" : "σ of a weight") : ""
    log_name(mantissa, n) = panel_is_left(panel) ? tic_name(mantissa, n) : ""
    if (is_logarithmic) { eval log_tics } else { set format y panel_is_left(panel) ? "%g" : "" }
    plot sigma_file[panel] using (column("epoch")):(column("q05")):(column("q95")) with filledcurves fillcolor rgb fan, \
         sigma_file[panel] using (column("epoch")):(column("q25")):(column("q75")) \
             with filledcurves fillcolor rgb fan fillstyle transparent solid 0.35 noborder, \
         sigma_file[panel] using (column("epoch")):(column("q50")) with lines linecolor rgb fan linewidth line_width, \
         start with lines linecolor rgb talk_color linewidth 1 dashtype "-"
}
unset multiplot
