# plots/point_estimate.gp: the same data as one number, and as a distribution with its 95 % interval.

figure_size = "760 400"
load "style.gp"

stats bayes_rule_file[1] using (column("point_estimate")) every ::0::0 name "point" nooutput
stats bayes_rule_file[1] using (column("low")) every ::0::0 name "low" nooutput
stats bayes_rule_file[1] using (column("high")) every ::0::0 name "high" nooutput
estimate = point_min
low = low_min
high = high_min
set xrange [0.6:1]
set yrange [0:*]
set xlabel "accuracy of the network"
unset ytics
set multiplot layout 1, 2 margins screen 0.05, screen 0.97, screen 0.16, screen 0.78 spacing screen 0.06
set label 4 "point estimate: one value" at graph 0, graph 1.06 left font panel_font
set label 5 sprintf("%.3f", estimate) at estimate, 1.05 center font panel_font
set yrange [0:1.2]
set arrow 1 from estimate, 0 to estimate, 1 linewidth 3 linecolor rgb "#D55E00" nohead
plot NaN
unset label 1
unset label 2
unset label 5
unset arrow 1
set yrange [0:*]
set label 4 sprintf("posterior: 95 %% between %.3f and %.3f", low, high)
inside(a) = a >= low && a <= high ? a : NaN
plot bayes_rule_file[1] using (inside(column("accuracy"))):(column("posterior")) \
         with filledcurves y1=0 fillcolor rgb "#0072B2", \
     bayes_rule_file[1] using (column("accuracy")):(column("posterior")) \
         with lines linecolor rgb "#0072B2" linewidth line_width, \
     bayes_rule_file[1] using (estimate):(column("posterior")) every ::0::0 \
         with impulses linecolor rgb "#D55E00" linewidth 2
unset multiplot
