# plots/perturb.gp: entropy and accuracy against the strength of one perturbation, with 95 % intervals.
#
# A network that knows when it does not know gains entropy where it loses accuracy.

load "series.gp"
key_room = perturb_band_count + 1
load "key.gp"

unit = lookup("unit_perturbation_".chosen, "")
color(i) = method_color(perturb_band_method[i], perturb_band_run_rank[i])
marker(i) = method_marker(perturb_band_method[i], perturb_band_run_rank[i])
dashes(i) = method_dashes(perturb_band_method[i], perturb_band_run_rank[i])
do for [i = 1:perturb_band_count] {
    n = key_add(with_variant(short_method(perturb_band_method[i]), perturb_band_variant[i], perturb_band_run_count[i]), \
        color(i), marker(i), dashes(i))
}
if (talk_uncertainty) { n = key_add("the talk *", talk_color, 0, -1) }
key_width = 900
eval key_measure

# The key's further rows make the figure higher, and so do many series, whose accuracies need not begin at 0.
crowded = perturb_band_count >= many_series
more = key_height - key_pitch
height = 450. + more + (crowded ? 120 : 0)
figure_size = sprintf("960 %d", height)
load "style.gp"
set style fill transparent solid band_density(perturb_band_count) noborder

talk_strength(wanted) = strcol("dataset") eq dataset && strcol("perturbation") eq chosen && strcol("metric") eq wanted \
                        ? column("strength") : NaN
talk_curve(wanted) = ', reference."/talk_uncertainty.csv" using (talk_strength("'.wanted.'")):(column("value")) ' \
                     .'with lines linecolor rgb talk_color linewidth line_width dashtype "-"'
talk_entropy = talk_uncertainty ? talk_curve("entropy") : ""
talk_accuracy = talk_uncertainty ? talk_curve("accuracy") : ""

set xrange [*:*] noextend
set xlabel "strength".(unit eq "" || unit eq "1" ? "" : " (".unit.")")
unset key
key_middle = 509
key_top = 56 + more
eval key_draw
if (talk_uncertainty) {
    set label 3 "* digitised from its slides: one batch of 35 training items, 12 sampled networks" \
        at screen 0.01, screen 11 / height left font note_font textcolor rgb faint
}

set multiplot layout 1, 2 margins screen 0.08, screen 0.98, screen (121 + more) / height, 1 - 76 / height \
    spacing screen 0.11
set label 4 "entropy of the prediction" at graph 0, graph 1 offset 0, 0.8 left font panel_font
set ylabel "entropy (nats)"
set yrange [0:*]
plot for [i = 1:perturb_band_count] perturb_band_file[i] \
         using (column("strength")):(column("entropy_low")):(column("entropy_high")) \
         with filledcurves fillcolor rgb color(i), \
     for [i = 1:perturb_band_count] perturb_band_file[i] using (column("strength")):(column("entropy")) \
         with linespoints linecolor rgb color(i) linewidth line_width dashtype dashes(i) pointtype marker(i) pointsize 0.6 \
         @talk_entropy

unset label 1
unset label 2
unset label 3
eval key_clear
set label 4 "accuracy"
set ylabel "test accuracy"
if (crowded) { set yrange [*:*<1.02] } else { set yrange [0:*<1.02] }
plot for [i = 1:perturb_band_count] perturb_band_file[i] \
         using (column("strength")):(column("low")):(column("high")) with filledcurves fillcolor rgb color(i), \
     for [i = 1:perturb_band_count] perturb_band_file[i] using (column("strength")):(column("accuracy")) \
         with linespoints linecolor rgb color(i) linewidth line_width dashtype dashes(i) pointtype marker(i) pointsize 0.6 \
         @talk_accuracy
unset multiplot
