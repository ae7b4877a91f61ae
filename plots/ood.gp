# plots/ood.gp: is the network less certain of what it gets wrong, and of what it has never seen? Histograms of the predictive
# entropy, a panel for each run. AUROC: how often an item of no class has more entropy than a test item; of wrong ones, than one
# that is right.

load "series.gp"

panel_runs = ""
kinds = ""
do for [i = 1:entropy_histogram_band_count] {
    if (strstrt(panel_runs." ", " ".entropy_histogram_band_run[i]." ") == 0) {
        panel_runs = panel_runs." ".entropy_histogram_band_run[i]
    }
    if (strstrt(kinds." ", " ".entropy_histogram_band_items[i]." ") == 0) {
        kinds = kinds." ".entropy_histogram_band_items[i]
    }
}
panel_count = words(panel_runs)
panel_wish = 0
panel_base = 620.
panel_bottom = 0.20
panel_between = 0.03
panel_more = 0
load "panels.gp"
load "style.gp"

kind_right = "#009E73"
kind_wrong = "#D55E00"
kind_noise = "#0072B2"
kind_shuffled = "#56B4E9"
kind_cifar10 = "#CC79A7"
kind_mnist = "#CC79A7"
kind_color(kind) = lookup("kind_".kind, "#777777")
name_right = "test items, right"
name_wrong = "test items, wrong"
kind_name(kind) = lookup("name_".kind, named("ood", kind))

# Two lines of these have to fit above a panel.
auroc_name(kind) = kind eq "wrong" || kind eq "shuffled" ? kind : kind_name(kind)
title_of(i) = with_variant(short_method(entropy_histogram_band_method[i]), entropy_histogram_band_variant[i], \
    entropy_histogram_band_run_count[i])
panel_longest = 0
panel_rise = 2.3
do for [i = 1:entropy_histogram_band_count] { if (strlen(title_of(i)) > panel_longest) { panel_longest = strlen(title_of(i)) } }
# A bin that no item falls into is drawn at the bottom, not left out.
least = 2e-4
set logscale y
set yrange [least:1]
set xrange [0:*]
set multiplot
do for [panel = 1:panel_count] {
    @panel_place
    members = ""
    aurocs = ""
    told = 0
    do for [i = 1:entropy_histogram_band_count] {
        if (entropy_histogram_band_run[i] eq word(panel_runs, panel)) {
            members = members." ".i
            if (has(entropy_histogram_band_lacks[i], "auroc")) {
                stats entropy_histogram_band_file[i] using (column("auroc")) name "A" nooutput
                told = told + 1
                aurocs = aurocs.(told == 1 ? "AUROC: " : told == 3 ? ",\n" : ", ") \
                    .sprintf("%s %.2f", auroc_name(entropy_histogram_band_items[i]), A_mean)
            }
        }
    }
    first = int(word(members, 1))
    title = title_of(first)
    eval panel_title
    set label 5 aurocs at graph 0, graph 1 offset 0, told > 2 ? 1.25 : 0.45 left font ",9" textcolor rgb "black"
    set xlabel panel_is_lowest(panel) ? "entropy (nats)" : ""
    set ylabel panel_column(panel) == 0 ? "share of the items (%)" : ""
    if (panel_column(panel) == 0) {
        set ytics ("100" 1, "10" .1, "1" .01, "0.1" .001)
    } else {
        set ytics ("" 1, "" .1, "" .01, "" .001)
    }
    plot for [i in members] entropy_histogram_band_file[int(i)] \
             using (column("entropy")):(column("share") > least ? column("share") : least) with histeps \
             linecolor rgb kind_color(entropy_histogram_band_items[int(i)]) linewidth 1.4
    unset label 1
    unset label 2
}
# The key, below all panels.
set lmargin at screen 0.09
set rmargin at screen 0.98
set bmargin at screen 0.01 * panel_base / figure_height
set tmargin at screen 0.10 * panel_base / figure_height
unset label 4
unset label 5
unset border
unset tics
unset grid
unset xlabel
unset ylabel
unset logscale
set yrange [0:1]
set key at screen 0.53, screen 0.07 * panel_base / figure_height center center horizontal Left reverse samplen 3 font ",10" maxrows 1
plot for [kind in kinds] keyentry with lines linecolor rgb kind_color(kind) linewidth 2 title kind_name(kind), \
     NaN notitle
unset multiplot
