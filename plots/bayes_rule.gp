# plots/bayes_rule.gp: prior, likelihood and posterior of one parameter.

figure_size = "760 420"
load "style.gp"

stats bayes_rule_file[1] using (column("right")) every ::0::0 name "right" nooutput
stats bayes_rule_file[1] using (column("items")) every ::0::0 name "items" nooutput
set xlabel "accuracy of the network, the parameter"
set ylabel "density"
set xrange [*:*] noextend
set yrange [0:*]
set key left top Left reverse samplen 3 spacing 1.2
set lmargin at screen 0.1
set rmargin at screen 0.97
set tmargin at screen 0.86
set bmargin at screen 0.15
plot bayes_rule_file[1] using (column("accuracy")):(column("prior")) \
         with lines linecolor rgb "#E69F00" linewidth line_width dashtype 4 title "prior: what was believed before", \
     bayes_rule_file[1] using (column("accuracy")):(column("likelihood")) \
         with lines linecolor rgb "#009E73" linewidth line_width dashtype 2 title sprintf("likelihood: %d of %d items right", right_min, items_min), \
     bayes_rule_file[1] using (column("accuracy")):(column("posterior")) \
         with filledcurves y1=0 fillcolor rgb "#0072B2" title "posterior: prior times likelihood", \
     bayes_rule_file[1] using (column("accuracy")):(column("posterior")) \
         with lines linecolor rgb "#0072B2" linewidth line_width
