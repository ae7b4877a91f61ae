# plots/sigma.gp: quantiles of the posterior's standard deviations over training, beside where they started.
#
# Nothing but the objective moves them: no schedule, no rule. The dashed line is the median before the first step.

figure_size = "760 460"
load "style.gp"

fan = method_color(sigma_method[1], 1)
set xrange [*:*] noextend
set logscale y
set format y "%.3g"
set xlabel "epoch"
set ylabel "standard deviation of a weight"
set key at screen 0.53, screen 0.02 center bottom horizontal Left reverse samplen 3 font ",10"
set lmargin at screen 0.13
set rmargin at screen 0.97
set tmargin at screen 0.84
set bmargin at screen 0.21
stats sigma_file[1] using (column("q50")) every ::0::0 name "before" nooutput
stats sigma_file[1] using (column("q50")) name "after" nooutput
start = before_min
set label 4 sprintf("%s, seed %s: the median goes from %.3g to a largest value of %.3g", short_method(sigma_method[1]), \
    sigma_seed[1], start, after_max) at graph 0, graph 1.05 left font panel_font
plot sigma_file[1] using (column("epoch")):(column("q05")):(column("q95")) \
         with filledcurves fillcolor rgb fan title "5 to 95 %", \
     sigma_file[1] using (column("epoch")):(column("q25")):(column("q75")) \
         with filledcurves fillcolor rgb fan fillstyle transparent solid 0.35 noborder title "25 to 75 %", \
     sigma_file[1] using (column("epoch")):(column("q50")) \
         with lines linecolor rgb fan linewidth line_width title "median", \
     start with lines linecolor rgb talk_color linewidth 1 dashtype "-" title "median at the start"
