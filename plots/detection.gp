# plots/detection.gp: can disturbed items be told from clean ones? The area under the ROC curve by strength: how often a disturbed
# item is less certain than a clean one.
#
# The talk wants to find an adversary's items: they come first, by every measure of uncertainty, with the false alarms by the first
# of them. Then the other perturbations by that one alone. All for the whole network.

load "series.gp"

color(i) = method_color(detection_band_method[i], detection_band_run_rank[i])
marker(i) = method_marker(detection_band_method[i], detection_band_run_rank[i])
dashes(i) = method_dashes(detection_band_method[i], detection_band_run_rank[i])
is_of(i, name, measure) = strstrt(members." ", " ".i." ") > 0 && detection_band_name[i] eq name && detection_band_measure[i] eq measure

# A kind of items of no class has rows too, without strength; it may have a perturbation's name. Strengths that are mostly small
# have a logarithmic axis.
set datafile separator comma
set datafile columnheaders
members = ""
known = ""
names = ""
attack = ""
with_one = 0
least = 0.4
array least_strength[detection_band_count]
array typical[detection_band_count]
array greatest[detection_band_count]
array sort_score[detection_band_count]
do for [i = 1:detection_band_count] {
    sort_score[i] = 0
    if (detection_band_removed[i] eq "0" && has(detection_band_lacks[i], "strength")) {
        members = members." ".i
        stats detection_band_file[i] using (column("strength")) nooutput
        least_strength[i] = STATS_min
        typical[i] = STATS_median
        greatest[i] = STATS_max
        stats detection_band_file[i] using (strcol("strength") eq "" ? NaN : column("auroc")) nooutput
        sort_score[i] = STATS_mean
        least = STATS_min < least ? STATS_min : least
        with_one = STATS_min == 0.5 && STATS_max == 0.5 ? 1 : with_one
        known = known." ".detection_band_measure[i]
        if (strstrt(names." ", " ".detection_band_name[i]." ") == 0) { names = names." ".detection_band_name[i] }
    }
}
attack = strstrt(names." ", " fgsm ") ? "fgsm" : word(names, 1)
measures = ""
do for [measure in names_measure] { # what the data leave open by themselves tells no items apart
    if (measure ne "aleatoric" && strstrt(known." ", " ".measure." ") > 0) { measures = measures." ".measure }
}
others = ""
do for [name in names] { if (name ne attack) { others = others." ".name } }
first_measure = word(measures, 1)
sort_list = ""
do for [i in members] { if (is_of(int(i), attack, first_measure)) { sort_list = sort_list." ".i } }
eval sort_by_score

key_room = words(sorted)
load "key.gp"
do for [i in sorted] {
    n = key_add(with_variant(short_method(detection_band_method[int(i)]), detection_band_variant[int(i)], \
        detection_band_run_count[int(i)]), color(int(i)), marker(int(i)), dashes(int(i)))
}

load "page.gp"
page_first = words(measures) + 1
page_panels = page_first + words(others)
page_first_columns = 3
page_columns = 3
page_tall = 160
page_first_between = 56
page_between = 56
alarms_text = "share of clean items, where 95 % are found"
by_first = "by ".named("measure", first_measure)
page_sub_lines = 1
page_notes = "AUROC: how often a disturbed item is less certain than a clean one; dotted: chance. Below it disturbed items look surer " \
    ."than clean ones. False alarms: clean items that are called disturbed where 95 % of the disturbed ones are found." \
    .(has_column(detection_band_columns, "low") && has(detection_band_lacks[int(word(sorted, 1))], "low") ? " Bands: 95 % intervals over the seeds." : "") \
    .(with_one ? " A point estimate is one network: what networks differ by is 0 for each of its items, which is chance." : "")
eval page_grid
page_sub_lines = lines_of(wrapped(alarms_text, panel_chars(1, 9)))
page_widest_title = "false alarms ".by_first
eval page_measure
load "style.gp"
set style fill transparent solid band_density(words(sorted)) noborder

unit_of(name) = (unit = lookup("unit_perturbation_".name, ""), unit eq "" || unit eq "1" ? "ratio, without unit" : unit)
strength_title(name) = fitting("strength (".unit_of(name).")", fitting(unit_of(name), "strength"))
# For the panel's perturbation and measure: lines in the order of the key.
choose_lines = 'lines = ""; bands = ""; do for [k in sorted] { do for [i in members] { ' \
    .'if (is_of(int(i), name, measure) && detection_band_run[int(i)] eq detection_band_run[int(k)]) { lines = lines." ".i; ' \
    .'if (has(detection_band_lacks[int(i)], "low")) { bands = bands." ".i } } } }; first = int(word(lines, 1))'
choose_range = 'unset logscale x; set xtics autofreq; if (typical[first] < 0.35 * greatest[first]) { set logscale x; ' \
    .'set xrange [least_strength[first] / 1.1:greatest[first] * 1.1]; log_axis = "x"; log_least = least_strength[first]; ' \
    .'log_greatest = greatest[first]; eval log_tics } else { set xrange [0:1.03 * greatest[first]]; set xtics tic_step(greatest[first] / 2.5) }'
look = 'with linespoints linecolor rgb color(int(i)) linewidth line_width dashtype dashes(int(i)) pointtype marker(int(i)) pointsize 0.6'

set multiplot
unset key
do for [panel = 1:page_panels] {
    is_alarms = panel == page_first
    name = is_first(panel) ? attack : word(others, panel - page_first)
    measure = is_first(panel) && !is_alarms ? word(measures, panel) : first_measure
    title = is_alarms ? "false alarms ".by_first : "by ".named("measure", measure)
    subtitle = is_alarms ? alarms_text : named("perturbation", name)
    eval panel_place
    eval choose_lines
    eval choose_range
    set xlabel panel_is_lowest(panel) || !is_first(panel) ? strength_title(name) : ""
    set ylabel panel_is_left(panel) && !is_alarms ? "AUROC" : ""
    set yrange [is_alarms ? 0 : least - 0.03:1.03]
    set ytics 0.2
    shown = is_alarms ? "fpr95" : "auroc"
    chance = is_alarms ? 0.95 : 0.5
    banded = is_alarms || words(bands) == 0 ? "" : 'for [i in bands] detection_band_file[int(i)] using (column("strength"))' \
        .':(column("low")):(column("high")) with filledcurves fillcolor rgb color(int(i)), '
    eval 'plot '.banded.'chance with lines linecolor rgb faint linewidth 1.2 dashtype 3, ' \
        .'for [i in lines] detection_band_file[int(i)] using (column("strength")):(column(shown)) '.look
}
unset multiplot
