# plots/detection_pruned.gp: does a pruned network still find items of no class? How often one of them is less certain than a test
# item, against the share of weights removed: by entropy, and by the networks' disagreement. The x axis is that of pruning.gp.

load "series.gp"

color(i) = method_color(detection_band_method[i], detection_band_run_rank[i])
marker(i) = method_marker(detection_band_method[i], detection_band_run_rank[i])
dashes(i) = method_dashes(detection_band_method[i], detection_band_run_rank[i])
# Rows of disturbed items have a strength, and a perturbation may have the name of a kind of items.
unknown(measure) = strcol("strength") eq "" && strcol("measure") eq measure

set datafile separator comma
set datafile columnheaders
kinds = ""
members = ""
measures = ""
spread = 0
with_one = 0
least = 0.45
most_removed = 0
banded = 0
array sort_score[detection_band_count]
array spreads[detection_band_count]
do for [i = 1:detection_band_count] {
    spreads[i] = 0
    stats detection_band_file[i] using (unknown("entropy") ? 1 : 0) nooutput
    if (STATS_max > 0) {
        stats detection_band_file[i] using (unknown("entropy") ? column("auroc") : NaN):(column("removed")) nooutput
        members = members." ".i
        sort_score[i] = STATS_mean_x
        least = STATS_min_x < least ? STATS_min_x : least
        most_removed = STATS_max_y > most_removed ? STATS_max_y : most_removed
        if (strstrt(kinds." ", " ".detection_band_name[i]." ") == 0) { kinds = kinds." ".detection_band_name[i] }
        stats detection_band_file[i] using (unknown("mutual_information") ? 1 : 0) nooutput
        if (STATS_max > 0) {
            stats detection_band_file[i] using (unknown("mutual_information") ? column("auroc") : NaN) nooutput
            least = STATS_min < least ? STATS_min : least
            if (STATS_min != 0.5 || STATS_max != 0.5) { spread = 1; spreads[i] = 1 } else { with_one = 1 }
        }
        banded = banded || has(detection_band_lacks[i], "low")
    }
}
sort_list = members
eval sort_by_score
panels = ""
do for [kind in kinds] { panels = panels." entropy/".kind }
if (spread) { do for [kind in kinds] { panels = panels." mutual_information/".kind } }
measure_of(text) = text[1:strstrt(text, "/") - 1]
kind_of(text) = text[strstrt(text, "/") + 1:strlen(text)]

# A config has a curve in each panel, and one line in the key.
entries = ""
keyed = ""
do for [i in sorted] {
    if (strstrt(entries." ", " ".detection_band_run[int(i)]." ") == 0) { entries = entries." ".detection_band_run[int(i)]; keyed = keyed." ".i }
}
key_room = words(keyed)
load "key.gp"
do for [i in keyed] {
    n = key_add(with_variant(short_method(detection_band_method[int(i)]), detection_band_variant[int(i)], \
        detection_band_run_count[int(i)]), color(int(i)), marker(int(i)), dashes(int(i)))
}

load "page.gp"
page_panels = words(panels)
page_first = spread ? words(kinds) : 0
page_columns = words(kinds)
page_first_columns = words(kinds)
page_tall = 200
page_between = 26
page_first_between = 26
page_sub_lines = 1
page_notes = "AUROC: how often an item of no class is less certain than a test item; dotted: chance. Removed by each method's usual criterion." \
    .(banded ? " Bands: 95 % intervals over the seeds." : "") \
    .(spread && with_one ? " Of a point estimate there is no mutual information: it is one network." : "")
eval page_grid
do for [kind in kinds] { if (strlen(named("ood", kind)) > strlen(page_widest_title)) { page_widest_title = named("ood", kind) } }
page_title_lines = lines_of(wrapped(page_widest_title, panel_chars(page_panels, 11)))
eval page_measure
load "style.gp"
set style fill transparent solid band_density(words(keyed)) noborder

# Slightly off .005, as in pruning.gp. The sweep has few fractions, and the axis names them all.
set logscale x
set xrange [1.15:(1 - most_removed) / 1.15]
set xtics ("0" 1, "50" .5, "80" .2, "90" .1, "95" .05, "98" .02, "99" .01, "99.5" .0050001, "99.9" .001)
set yrange [least - 0.03:1.03]
look = 'with linespoints linecolor rgb color(int(i)) linewidth line_width dashtype dashes(int(i)) pointtype marker(int(i)) pointsize 0.7'
# The shown rows are not contiguous in the file: skip the others.
set datafile missing NaN
set multiplot
unset key
do for [panel = 1:page_panels] {
    kind = kind_of(word(panels, panel))
    measure = measure_of(word(panels, panel))
    title = named("ood", kind)
    subtitle = "by ".named("measure", measure)
    lines = ""
    bands = ""
    do for [i in sorted] {
        if (detection_band_name[int(i)] eq kind && (measure eq "entropy" || spreads[int(i)])) {
            lines = lines." ".i
            if (has(detection_band_lacks[int(i)], "low")) { bands = bands." ".i }
        }
    }
    eval panel_place
    set xlabel panel_is_lowest(panel) && !is_first(panel) ? fitting("weights removed (%)", "removed (%)") : ""
    set ylabel panel_is_left(panel) ? "AUROC" : ""
    set format y panel_is_left(panel) ? "%g" : ""
    banded_lines = words(bands) == 0 ? "" : ', for [i in bands] detection_band_file[int(i)] using (unknown(measure) ? 1 - column("removed") : NaN)' \
        .':(column("low")):(column("high")) with filledcurves fillcolor rgb color(int(i))'
    eval 'plot 0.5 with lines linecolor rgb faint linewidth 1.2 dashtype 3'.banded_lines.(words(lines) == 0 ? "" : \
        ', for [i in lines] detection_band_file[int(i)] using (unknown(measure) ? 1 - column("removed") : NaN):(column("auroc")) '.look)
}
unset multiplot
