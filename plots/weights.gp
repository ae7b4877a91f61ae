# plots/weights.gp: which weights pruning takes: posterior means before, and the tenth that stays by the method's usual
# criterion (SNR where there is a sigma, else magnitude). A panel for each run. Shares are of all weights that were ranked.

load "series.gp"

panel_runs = ""
do for [i = 1:weight_histogram_band_count] {
    if (strstrt(panel_runs." ", " ".weight_histogram_band_run[i]." ") == 0) {
        panel_runs = panel_runs." ".weight_histogram_band_run[i]
    }
}
panel_count = words(panel_runs)
panel_wish = 0
panel_base = 560.
panel_bottom = 0.18
panel_between = 0.03
panel_more = 0
load "panels.gp"
load "style.gp"

title_of(i) = with_variant(short_method(weight_histogram_band_method[i]), weight_histogram_band_variant[i], \
    weight_histogram_band_run_count[i]).", by ".named("criterion", weight_histogram_band_criterion[i])
panel_longest = 0
panel_rise = 0.6
do for [i = 1:weight_histogram_band_count] { if (strlen(title_of(i)) > panel_longest) { panel_longest = strlen(title_of(i)) } }
least = 1e-6
set logscale y
set yrange [least:1]
set xrange [*:*] noextend
set xtics font ",9"
# The largest of 1, 2 and 5 times a power of ten that is not above x: few tics, which have room in a narrow panel.
tic_step(x) = (power = 10**floor(log10(x)), power * (x >= 5 * power ? 5 : x >= 2 * power ? 2 : 1))
set multiplot
do for [panel = 1:panel_count] {
    @panel_place
    do for [i = 1:weight_histogram_band_count] {
        if (weight_histogram_band_run[i] eq word(panel_runs, panel)) {
            if (weight_histogram_band_state[i] eq "before") { before = i } else { after = i }
        }
    }
    color = method_color(weight_histogram_band_method[before], weight_histogram_band_run_rank[before])
    title = title_of(after)
    eval panel_title
    stats weight_histogram_band_file[before] using (column("weight")) nooutput
    set xtics tic_step(STATS_max / 1.5)
    set xlabel panel_is_lowest(panel) ? "weight (mean of its posterior)" : ""
    set ylabel panel_column(panel) == 0 ? "share of the weights (%)" : ""
    if (panel_column(panel) == 0) {
        set ytics ("100" 1, "10" .1, "1" .01, "0.1" 1e-3, "0.01" 1e-4, "0.001" 1e-5, "" 1e-6)
    } else {
        set ytics ("" 1, "" .1, "" .01, "" 1e-3, "" 1e-4, "" 1e-5, "" 1e-6)
    }
    plot weight_histogram_band_file[before] \
             using (column("weight")):(column("share") > least ? column("share") : least) with histeps \
             linecolor rgb faint linewidth 1.2, \
         weight_histogram_band_file[after] \
             using (column("weight")):(column("share") > least ? column("share") : least) with fillsteps \
             fillcolor rgb color fillstyle transparent solid 0.35 noborder, \
         weight_histogram_band_file[after] \
             using (column("weight")):(column("share") > least ? column("share") : least) with steps \
             linecolor rgb color linewidth 1.4
    unset label 1
    unset label 2
}
set lmargin at screen 0.09
set rmargin at screen 0.98
set bmargin at screen 0.01 * panel_base / figure_height
set tmargin at screen 0.10 * panel_base / figure_height
unset label 4
unset border
unset tics
unset grid
unset xlabel
unset ylabel
unset logscale
set yrange [0:1]
set key at screen 0.53, screen 0.05 * panel_base / figure_height center center horizontal Left reverse samplen 3 font ",10" maxrows 1
plot keyentry with lines linecolor rgb faint linewidth 2 title "all weights", \
     keyentry with boxes fillcolor rgb faint fillstyle solid 0.35 title "the tenth that stays, in the method's colour", \
     NaN notitle
unset multiplot
