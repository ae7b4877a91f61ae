# plots/perturb.gp: uncertainty and accuracy against the strength of one perturbation, with 95 % intervals.
#
# A network that knows when it does not know gains entropy where it loses accuracy. Below, the talk's other measures, if the table
# has them, and the two parts of the entropy: what the networks agree is unclear, and what they disagree on.

load "series.gp"

unit = lookup("unit_perturbation_".chosen, "")
color(i) = method_color(perturb_band_method[i], perturb_band_run_rank[i])
marker(i) = method_marker(perturb_band_method[i], perturb_band_run_rank[i])
dashes(i) = method_dashes(perturb_band_method[i], perturb_band_run_rank[i])
name_of(i) = with_variant(short_method(perturb_band_method[i]), perturb_band_variant[i], perturb_band_run_count[i])

set datafile separator comma
set datafile columnheaders
array sort_score[perturb_band_count]
largest_entropy = 0
strongest = 0
of_squares = 0
do for [i = 1:perturb_band_count] {
    stats perturb_band_file[i] using (column("strength")):(column("entropy")) nooutput
    sort_score[i] = STATS_mean_y
    of_squares = of_squares || is_of_squares(STATS_max_x, STATS_median_x)
    strongest = STATS_max_x > strongest ? STATS_max_x : strongest
    largest_entropy = STATS_max_y > largest_entropy ? STATS_max_y : largest_entropy
    if (has(perturb_band_lacks[i], "entropy_high")) {
        stats perturb_band_file[i] using (column("entropy_high")) nooutput
        largest_entropy = STATS_max > largest_entropy ? STATS_max : largest_entropy
    }
}
sort_list = every_one(perturb_band_count)
eval sort_by_score
# Once every method's accuracy stays constant, the rest of the axis shows nothing: that panel ends at the next strength,
# unless this is beyond two thirds of all. And if accuracies stay high, their axis need not begin at 0.
settled = 0
lowest = 1
do for [i = 1:perturb_band_count] {
    stats perturb_band_file[i] using (column("strength") >= strongest ? column("accuracy") : -1) nooutput
    final = STATS_max
    stats perturb_band_file[i] using (abs(column("accuracy") - final) > 0.03 ? column("strength") : -1) nooutput
    moving = STATS_max
    stats perturb_band_file[i] using (column("strength") > moving ? column("strength") : strongest):(column("low")) nooutput
    settled = STATS_min_x > settled ? STATS_min_x : settled
    lowest = STATS_min_y < lowest ? STATS_min_y : lowest
}
is_cut = settled > 0 && settled < (of_squares ? 0.45 : 0.67) * strongest # a square root of .45 is .67

measures = ""
do for [measure in names_measure] {
    if (measure ne "entropy" && has_column(perturb_band_columns, measure)) { measures = measures." ".measure }
}
# Metrics that are no uncertainty but have an interval of their own, which the older ones do not.
do for [metric in names_metric] {
    if (metric ne "entropy" && strstrt(measures." ", " ".metric." ") == 0 && has_column(perturb_band_columns, metric."_low")) {
        measures = measures." ".metric
    }
}
measure_title(name) = lookup("title_measure_".name, named("metric", name))
measure_unit(name) = lookup("unit_metric_".name, "")
measure_subtitle(name) = name eq "aleatoric" ? "aleatoric, nats" : name eq "mutual_information" ? "epistemic, nats" \
    : name eq "std" ? "of the probability" : name eq "mean_softmax" ? "the highest probability" \
    : measure_unit(name) eq "1" ? "" : measure_unit(name)
# A point estimate has a single network, which never disagrees with itself.
with_one = 0
largest_spread = 0
do for [i = 1:perturb_band_count] {
    if (strstrt(measures, "mutual_information") && has(perturb_band_lacks[i], "mutual_information")) {
        stats perturb_band_file[i] using (column("mutual_information")) nooutput
        with_one = STATS_max > 0 ? with_one : 1
        largest_spread = STATS_max > largest_spread ? STATS_max : largest_spread
    }
}

# The talk's entropies may be far above all others: if they would squeeze these, they leave the panel at the top. So does its
# mutual information, which is smaller.
array talk_most[2] = [0, 0]
if (talk_uncertainty) {
    do for [m = 1:2] {
        stats reference."/talk_uncertainty.csv" using (strcol("dataset") eq dataset && strcol("perturbation") eq chosen \
            && strcol("metric") eq (m == 1 ? "entropy" : "mutual_information") ? column("value") : 0) nooutput
        talk_most[m] = STATS_max
    }
}
talk_largest = talk_most[1]
talk_leaves = talk_largest > 1.4 * largest_entropy
talk_spread_leaves = strstrt(measures, "mutual_information") > 0 && talk_most[2] > 4 * largest_spread

key_room = perturb_band_count + 1
load "key.gp"
do for [i in sorted] { n = key_add(name_of(int(i)), color(int(i)), marker(int(i)), dashes(int(i))) }
if (talk_uncertainty) { n = key_add("the talk *", talk_color, 0, -1) }

load "page.gp"
page_panels = 2 + words(measures)
page_first = 2
page_columns = 4
page_first_tall = 260
page_tall = 190
page_between = 58
page_least = 170
page_sub_lines = 1
entropy_parts = words(measures) == 0 ? "" : "total uncertainty: aleatoric and epistemic"
page_notes = "Bands: 95 % intervals.".(of_squares ? " Strengths".(unit eq "" || unit eq "1" ? "" : " (".unit.")") \
     ." are on an axis of square roots." : "").(is_cut ? sprintf(" Beyond %g every accuracy stays where it is, to within .03, up to the strongest, %g.", \
    settled, strongest) : "").(talk_uncertainty ? " * Digitised from its slides: one batch of 35 training items, 12 sampled networks." : "") \
    .(talk_leaves ? sprintf(" Its entropy goes on to %.2f nats.", talk_largest) : "") \
    .(talk_spread_leaves ? sprintf(" Its mutual information goes on to %.2f nats.", talk_most[2]) : "") \
    .(with_one ? " A point estimate is one network, which has nothing to disagree with." : "")
eval page_grid
page_sub_lines = lines_of(wrapped(entropy_parts, panel_chars(1, 9)))
eval page_measure
load "style.gp"
set style fill transparent solid band_density(perturb_band_count) noborder

talk_strength(wanted) = strcol("dataset") eq dataset && strcol("perturbation") eq chosen && strcol("metric") eq wanted \
                        ? column("strength") : NaN
talk_curve(wanted) = ', reference."/talk_uncertainty.csv" using (talk_strength("'.wanted.'")):(column("value")) ' \
                     .'with lines linecolor rgb talk_color linewidth line_width dashtype "-"'
talk_entropy = talk_uncertainty ? talk_curve("entropy") : ""
talk_accuracy = talk_uncertainty ? talk_curve("accuracy") : ""
look = 'with linespoints linecolor rgb color(int(i)) linewidth line_width dashtype dashes(int(i)) pointtype marker(int(i)) pointsize 0.6'
strength_unit = unit eq "" || unit eq "1" ? "a ratio, without unit" : unit
strength_title = "strength (".strength_unit.")"
strength_tics(greatest) = of_squares ? root_tics(greatest, 5) : sprintf("set xtics %g", tic_step(greatest / 2.5))

set multiplot
unset key
eval strength_axis(of_squares)
set xrange [0:strongest]
eval strength_tics(strongest)
panel = 1
title = "entropy of the prediction"
subtitle = entropy_parts
eval panel_place
set xlabel panel_is_lowest(panel) ? fitting(strength_title, "strength") : ""
set ylabel "entropy (nats)"
set yrange [0:1.1 * (talk_leaves || talk_largest < largest_entropy ? largest_entropy : talk_largest)]
plot for [i = 1:perturb_band_count] perturb_band_file[i] \
         using (column("strength")):(column("entropy_low")):(column("entropy_high")) \
         with filledcurves fillcolor rgb color(i), \
     for [i in sorted] perturb_band_file[int(i)] using (column("strength")):(column("entropy")) @look @talk_entropy

panel = 2
title = "accuracy"
subtitle = ""
eval panel_place
set xlabel panel_is_lowest(panel) ? fitting(strength_title, "strength") : ""
set ylabel (strstrt(facts, "validation items") ? "validation" : "test")." accuracy"
set xrange [0:is_cut ? settled : strongest]
eval strength_tics(is_cut ? settled : strongest)
set yrange [lowest > 0.6 ? 0.5 : 0:1.03]
set ytics 0.2
plot for [i = 1:perturb_band_count] perturb_band_file[i] \
         using (column("strength")):(column("low")):(column("high")) with filledcurves fillcolor rgb color(i), \
     for [i in sorted] perturb_band_file[int(i)] using (column("strength")):(column("accuracy")) @look @talk_accuracy

set ytics autofreq
eval strength_tics(strongest)
set xrange [0:strongest]
do for [panel = 3:page_panels] {
    measure = word(measures, panel - 2)
    title = measure_title(measure)
    subtitle = measure_subtitle(measure)
    is_talk = talk_uncertainty && measure eq "mutual_information"
    most = is_talk && !talk_spread_leaves ? talk_most[2] : 0
    set yrange [*:*]
    do for [i in sorted] {
        stats perturb_band_file[int(i)] using (column(measure)) nooutput
        most = STATS_max > most ? STATS_max : most
        if (has_column(perturb_band_columns, measure."_high") && has(perturb_band_lacks[int(i)], measure."_high")) {
            stats perturb_band_file[int(i)] using (column(measure."_high")) nooutput
            most = STATS_max > most ? STATS_max : most
        }
    }
    eval panel_place
    set xlabel panel_is_lowest(panel) ? fitting(strength_title, fitting(strength_unit, "strength")) : ""
    set ylabel ""
    set yrange [0:most > 0 ? 1.08 * most : 1]
    set ytics tic_step(most > 0 ? most / 2.5 : 0.4)
    band = !has_column(perturb_band_columns, measure."_low") ? "" \
        : 'for [i = 1:perturb_band_count] perturb_band_file[i] using (column("strength")):(column(measure."_low")):(column(measure."_high")) ' \
        .'with filledcurves fillcolor rgb color(i), '
    eval 'plot '.band.'for [i in sorted] perturb_band_file[int(i)] using (column("strength")):(column(measure)) '.look \
        .(is_talk ? talk_curve(measure) : "")
}
unset multiplot
