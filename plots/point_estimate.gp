# plots/point_estimate.gp: the same data as one number, and as a distribution with its 95 % interval.

load "series.gp"

set datafile separator comma
set datafile columnheaders
stats bayes_rule_file[1] using (column("point_estimate")) every ::0::0 name "point" nooutput
stats bayes_rule_file[1] using (column("low")) every ::0::0 name "low" nooutput
stats bayes_rule_file[1] using (column("high")) every ::0::0 name "high" nooutput
estimate = point_min
low = low_min
high = high_min

load "page.gp"
page_panels = 2
page_columns = 2
page_most = 760
page_tall = 240
page_between = 76
page_widest_title = sprintf("posterior: 95 %% between %.3f and %.3f", low, high)
page_notes = "The posterior lies below the point estimate, for its prior expected less."
eval page_grid
eval page_measure
load "style.gp"

set xrange [0.6:1]
set xlabel "accuracy of the network"
unset key
set multiplot
panel = 1
title = "point estimate: one value"
eval panel_place
set yrange [0:1.2]
set ytics 0.5
set ylabel "probability"
set label 6 sprintf("%.3f", estimate) at estimate, 1.08 center font panel_font
set arrow 1 from estimate, 0 to estimate, 1 linewidth 3 linecolor rgb "#D55E00" nohead
plot NaN
unset label 6
unset arrow 1
panel = 2
title = sprintf("posterior: 95 %% between %.3f and %.3f", low, high)
eval panel_place
set yrange [0:*]
set ytics autofreq
set ylabel "density"
inside(a) = a >= low && a <= high ? a : NaN
plot bayes_rule_file[1] using (inside(column("accuracy"))):(column("posterior")) with filledcurves y1=0 fillcolor rgb "#0072B2", \
     bayes_rule_file[1] using (column("accuracy")):(column("posterior")) with lines linecolor rgb "#0072B2" linewidth line_width, \
     bayes_rule_file[1] using (estimate):(column("posterior")) every ::0::0 with impulses linecolor rgb "#D55E00" linewidth 2
unset multiplot
