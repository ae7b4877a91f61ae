# plots/perturb.gp: entropy and accuracy against the strength of one perturbation, with 95 % intervals.
#
# A network that knows when it does not know gains entropy where it loses accuracy.

figure_size = "960 450"
load "style.gp"

unit = lookup("unit_perturbation_".chosen, "")
label(i) = with_run(short_method(perturb_band_method[i]), perturb_band_run[i], perturb_band_run_count[i])
color(i) = method_color(perturb_band_method[i], perturb_band_run_rank[i] + 0)
marker(i) = method_marker(perturb_band_method[i])
talk_strength(wanted) = strcol("dataset") eq dataset && strcol("perturbation") eq chosen && strcol("metric") eq wanted \
                        ? column("strength") : NaN
talk_curve(wanted) = ', reference."/talk_uncertainty.csv" using (talk_strength("'.wanted.'")):(column("value")) ' \
                     .'with lines linecolor rgb talk_color linewidth line_width dashtype "-" title "the talk *"'
talk_entropy = talk_uncertainty ? talk_curve("entropy") : ""
talk_accuracy = talk_uncertainty ? talk_curve("accuracy") : ""

set xrange [*:*] noextend
set xlabel "strength".(unit eq "" || unit eq "1" ? "" : " (".unit.")")
set key at screen 0.53, screen 0.14 center top horizontal Left reverse samplen 3 font ",10" maxrows 1
if (talk_uncertainty) {
    set label 3 "* digitised from its slides: one batch of 35 training items, 12 sampled networks" \
        at screen 0.01, screen 0.025 left font note_font textcolor rgb faint
}

set multiplot layout 1, 2 margins screen 0.08, screen 0.98, screen 0.27, screen 0.83 spacing screen 0.11
set label 4 "entropy of the prediction" at graph 0, graph 1.06 left font panel_font
set ylabel "entropy (nats)"
set yrange [0:*]
plot for [i = 1:perturb_band_count] perturb_band_file[i] \
         using (column("strength")):(column("entropy_low")):(column("entropy_high")) \
         with filledcurves fillcolor rgb color(i), \
     for [i = 1:perturb_band_count] perturb_band_file[i] using (column("strength")):(column("entropy")) \
         with linespoints linecolor rgb color(i) linewidth line_width pointtype marker(i) pointsize 0.6 title label(i) @talk_entropy

unset label 1
unset label 2
unset label 3
unset key
set label 4 "accuracy"
set ylabel "test accuracy"
set yrange [0:*<1.02]
plot for [i = 1:perturb_band_count] perturb_band_file[i] \
         using (column("strength")):(column("low")):(column("high")) with filledcurves fillcolor rgb color(i), \
     for [i = 1:perturb_band_count] perturb_band_file[i] using (column("strength")):(column("accuracy")) \
         with linespoints linecolor rgb color(i) linewidth line_width pointtype marker(i) pointsize 0.6 @talk_accuracy
unset multiplot
