# plots/bayes_rule.gp: prior, likelihood and posterior of one parameter.

load "series.gp"

set datafile separator comma
set datafile columnheaders
stats bayes_rule_file[1] using (column("right")) every ::0::0 name "right" nooutput
stats bayes_rule_file[1] using (column("items")) every ::0::0 name "items" nooutput
# Tables of older versions do not say which prior it is.
prior_is = "a Beta distribution"
posterior_is = "a Beta distribution"
if (has_column(bayes_rule_columns, "prior_right")) {
    stats bayes_rule_file[1] using (column("prior_right")) every ::0::0 name "a" nooutput
    stats bayes_rule_file[1] using (column("prior_wrong")) every ::0::0 name "b" nooutput
    prior_is = sprintf("Beta(%g, %g), worth %g items", a_min, b_min, a_min + b_min)
    posterior_is = sprintf("Beta(%g, %g)", a_min + right_min, b_min + items_min - right_min)
}

key_room = 3
load "key.gp"
n = key_add("prior: what was believed before, ".prior_is, "#E69F00", 0, 4)
n = key_add(sprintf("likelihood: %d of %d items right (scaled to an area of 1)", right_min, items_min), "#009E73", 0, 2)
n = key_add("posterior: prior times likelihood, ".posterior_is, "#0072B2", 0, 1)
key_most = 1
load "page.gp"
page_most = 760
page_tall = 290
page_title_lines = 0
eval page_grid
eval page_measure
load "style.gp"

set xlabel "accuracy of the network"
set ylabel "density"
set xrange [*:*] noextend
set yrange [0:*]
unset key
set multiplot
panel = 1
eval panel_place
plot bayes_rule_file[1] using (column("accuracy")):(column("prior")) with lines linecolor rgb "#E69F00" linewidth line_width dashtype 4, \
     bayes_rule_file[1] using (column("accuracy")):(column("likelihood")) with lines linecolor rgb "#009E73" linewidth line_width dashtype 2, \
     bayes_rule_file[1] using (column("accuracy")):(column("posterior")) with filledcurves y1=0 fillcolor rgb "#0072B2", \
     bayes_rule_file[1] using (column("accuracy")):(column("posterior")) with lines linecolor rgb "#0072B2" linewidth line_width
unset multiplot
