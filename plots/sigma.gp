# plots/sigma.gp: quantiles of the posterior's standard deviations over training, beside where they started: the first seed of
# each config, in a panel of its own where there are several.
#
# Nothing but the objective moves them: no schedule, no rule. The dashed line is the median before the first step.

load "series.gp"

panels = ""
panel_longest = 0
panel_rise = 1.3
title_of(i) = with_variant(short_method(sigma_method[i]), sigma_variant[i], sigma_run_count[i]).", seed ".sigma_seed[i]
do for [i = 1:sigma_count] {
    if (i == 1 || sigma_config[i] ne sigma_config[i - 1]) { panels = panels." ".i }
    if (strlen(title_of(i)) > panel_longest) { panel_longest = strlen(title_of(i)) }
}
note = not_shown(sigma_count - words(panels), "seed")
panel_count = words(panels)
panel_wish = 0
panel_base = 620.
panel_bottom = 0.20
panel_between = 0.03
panel_more = 0
load "panels.gp"
alone = panel_count == 1
if (alone) {
    figure_height = 460. + (note eq "" ? 0 : 16)
    figure_size = sprintf("760 %.0f", figure_height)
}
load "style.gp"

set xrange [*:*] noextend
set logscale y
set format y "%.3g"
set xlabel "epoch"
if (alone) {
    set key at screen 0.53, screen (note eq "" ? 9 : 22) / figure_height center bottom horizontal Left reverse samplen 3 font ",10"
} else {
    set key off
}
if (note ne "") { set label 3 note at screen 0.01, screen 10 / figure_height left font note_font textcolor rgb faint }
# Panels share their axis, so that configs can be compared.
least = 1e300
greatest = 0
do for [k in panels] {
    stats sigma_file[int(k)] using (column("q05")) name "bound" nooutput
    least = bound_min < least ? bound_min : least
    stats sigma_file[int(k)] using (column("q95")) name "bound" nooutput
    greatest = bound_max > greatest ? bound_max : greatest
}
if (!alone) { set yrange [least * 0.9:greatest * 1.1] }
# A logarithmic axis of less than a decade may have not one tic with a number.
if (!alone && greatest < 10 * least) { unset logscale y }
set multiplot
do for [panel = 1:panel_count] {
    i = int(word(panels, panel))
    fan = method_color(sigma_method[i], sigma_run_rank[i])
    stats sigma_file[i] using (column("q50")) every ::0::0 name "before" nooutput
    stats sigma_file[i] using (column("q50")) name "after" nooutput
    start = before_min
    if (alone) {
        set lmargin at screen 0.13
        set rmargin at screen 0.97
        set tmargin at screen 1 - 74 / figure_height
        set bmargin at screen (97 + figure_height - 460) / figure_height
        set ylabel "standard deviation of a weight"
        set label 4 title_of(i).sprintf(": the median goes from %.3g to a largest value of %.3g", start, after_max) \
            at graph 0, graph 1.05 left font panel_font
    } else {
        eval panel_place
        set xlabel panel_is_lowest(panel) ? "epoch" : ""
        set ylabel panel_column(panel) == 0 ? "σ of a weight" : ""
        set format y panel_column(panel) == 0 ? "%.2g" : ""
        title = title_of(i)
        eval panel_title
        set label 5 sprintf("the median goes from %.3g to at most %.3g", start, after_max) \
            at graph 0, graph 1 offset 0, 0.4 left font note_font textcolor rgb faint
    }
    plot sigma_file[i] using (column("epoch")):(column("q05")):(column("q95")) \
             with filledcurves fillcolor rgb fan title "5 to 95 %", \
         sigma_file[i] using (column("epoch")):(column("q25")):(column("q75")) \
             with filledcurves fillcolor rgb fan fillstyle transparent solid 0.35 noborder title "25 to 75 %", \
         sigma_file[i] using (column("epoch")):(column("q50")) \
             with lines linecolor rgb fan linewidth line_width title "median", \
         start with lines linecolor rgb talk_color linewidth 1 dashtype "-" title "median at the start"
    unset label 1
    unset label 2
    unset label 3
}
if (!alone) {
    # The key, below all panels.
    set lmargin at screen 0.09
    set rmargin at screen 0.98
    set bmargin at screen 20 / figure_height
    set tmargin at screen 62 / figure_height
    unset label 4
    unset label 5
    unset border
    unset tics
    unset grid
    unset xlabel
    unset ylabel
    unset logscale
    set yrange [0:1]
    set key on at screen 0.53, screen 42 / figure_height center center horizontal Left reverse samplen 3 font ",10" maxrows 1
    plot keyentry with boxes fillcolor rgb faint fillstyle solid 0.18 title "5 to 95 %", \
         keyentry with boxes fillcolor rgb faint fillstyle solid 0.4 title "25 to 75 %", \
         keyentry with lines linecolor rgb faint linewidth line_width title "median", \
         keyentry with lines linecolor rgb talk_color linewidth 1 dashtype "-" title "median at the start", NaN notitle
}
unset multiplot
