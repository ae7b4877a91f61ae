# plots/ood.gp: is the network less certain of what it gets wrong, and of what it has never seen? The share of each kind's
# items above a given entropy, a panel for each run. AUROC, from the table: how often an item of no class has more entropy than
# a test item; for wrong ones, than a right one.

load "series.gp"

panel_runs = ""
kinds = ""
longest = 0
told = 0
do for [i = 1:entropy_histogram_band_count] {
    if (strstrt(panel_runs." ", " ".entropy_histogram_band_run[i]." ") == 0) {
        panel_runs = panel_runs." ".entropy_histogram_band_run[i]
    }
    if (strstrt(kinds." ", " ".entropy_histogram_band_items[i]." ") == 0) {
        kinds = kinds." ".entropy_histogram_band_items[i]
    }
}
# Kinds of items are not methods: none of these is a method's colour, and dashes distinguish them too.
look_right = "#8C8C8C 1"
look_wrong = "#000000 1"
look_noise = "#6A3D9A 1"
look_shuffled = "#8C510A 2"
look_cifar10 = "#7A7A00 4"
look_mnist = "#7A7A00 4"
kind_color(kind) = word(lookup("look_".kind, "#444444 3"), 1)
kind_dashes(kind) = int(word(lookup("look_".kind, "#444444 3"), 2))
name_right = "test items, right"
name_wrong = "test items, wrong"
kind_name(kind) = lookup("name_".kind, named("ood", kind))
auroc_name(kind) = kind eq "wrong" || kind eq "shuffled" ? kind : kind_name(kind)
title_of(i) = with_variant(short_method(entropy_histogram_band_method[i]), entropy_histogram_band_variant[i], \
    entropy_histogram_band_run_count[i])

set datafile separator comma
set datafile columnheaders
array auroc_text[words(panel_runs)]
longest_text = ""
widest_title = ""
array members_of[words(panel_runs)]
most_entropy = 0
do for [panel = 1:words(panel_runs)] {
    members_of[panel] = ""
    auroc_text[panel] = ""
    do for [i = 1:entropy_histogram_band_count] {
        if (entropy_histogram_band_run[i] eq word(panel_runs, panel)) {
            members_of[panel] = members_of[panel]." ".i
            stats entropy_histogram_band_file[i] using (column("entropy")) nooutput
            most_entropy = STATS_max > most_entropy ? STATS_max : most_entropy
            if (has(entropy_histogram_band_lacks[i], "auroc")) {
                stats entropy_histogram_band_file[i] using (column("auroc")) nooutput
                auroc_text[panel] = auroc_text[panel].(auroc_text[panel] eq "" ? "AUROC: " : ", ") \
                    .sprintf("%s %.2f", auroc_name(entropy_histogram_band_items[i]), STATS_mean)
            }
            if (strlen(title_of(i)) > strlen(widest_title)) { widest_title = title_of(i) }
        }
    }
    if (strlen(auroc_text[panel]) > strlen(longest_text)) { longest_text = auroc_text[panel] }
}

key_room = words(kinds)
load "key.gp"
do for [kind in kinds] { n = key_add(kind_name(kind), kind_color(kind), 0, kind_dashes(kind)) }
load "page.gp"
page_panels = words(panel_runs)
page_tall = 190
eval page_grid
page_title_lines = lines_of(wrapped(widest_title, panel_chars(page_panels, 11)))
page_sub_lines = lines_of(wrapped(longest_text, panel_chars(page_panels, 9)))
page_notes = "AUROC: how often an item of no class is less certain than a test item, and a wrong one than a right one; " \
    ."as uncertain counts as half."
eval page_measure
load "style.gp"

# Cumulative from the lowest entropy: the share above a bin's lower end.
above(share) = (so_far = column(0) < 0.5 ? 0 : so_far, rest = 1 - so_far, so_far = so_far + share, 100 * (rest > 0 ? rest : 0))
set xrange [0:most_entropy]
set yrange [0:103]
set ytics 25
set multiplot
unset key
do for [panel = 1:page_panels] {
    title = title_of(int(word(members_of[panel], 1)))
    subtitle = auroc_text[panel]
    eval panel_place
    set xlabel panel_is_lowest(panel) ? "entropy (nats)" : ""
    set ylabel panel_is_left(panel) ? "items with more (%)" : ""
    set format y panel_is_left(panel) ? "%g" : ""
    plot for [i in members_of[panel]] entropy_histogram_band_file[int(i)] \
             using (column("entropy")):(above(column("share"))) with lines \
             linecolor rgb kind_color(entropy_histogram_band_items[int(i)]) \
             dashtype kind_dashes(entropy_histogram_band_items[int(i)]) \
             linewidth entropy_histogram_band_items[int(i)] eq "right" ? 3 : 1.6
}
unset multiplot
