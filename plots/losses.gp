# plots/losses.gp: what one weight adds to the old and the new loss, on one axis. Weight decay is a Gaussian prior: the curves of
# the left panel coincide. The new loss has the same parabola in mu, higher the further sigma is from the prior's.

load "series.gp"

set datafile separator comma
set datafile columnheaders
stats losses_file[1] using (column("prior_sigma")) every ::0::0 name "prior" nooutput
kls = ""
do for [i = 1:losses_count] {
    if (losses_loss[i] eq "kl") { kls = kls." ".i }
    if (losses_loss[i] eq "weight_decay") { decay = i }
    if (losses_loss[i] eq "log_prior") { log_prior = i }
}
colors = "#E69F00 #009E73 #0072B2"
decay_color = "#F0A070"
key_room = words(kls) + 2
load "key.gp"
n = key_add("old: weight decay, λ/2 w²", decay_color, 0, 1)
n = key_add("old: prior, -log N(w; 0, 1/λ)", "#000000", 0, 2)
do for [k = 1:words(kls)] { n = key_add(sprintf("new: KL to the prior, σ = %s", losses_sigma[int(word(kls, k))]), by_turns(colors, k - 1), 0, 1) }
load "page.gp"
page_panels = 2
page_columns = 2
page_tall = 300
page_between = 56
page_widest_title = "new: cross-entropy + Σ [ λ/2 μ² - log σ + λ/2 σ² ]"
page_notes = sprintf("λ is 1 / σ² of the prior, whose σ is %g here; constants, which move no weight, are such that the least of all is 0.", prior_min)
eval page_grid
eval page_measure
load "style.gp"

set xrange [*:*] noextend
set yrange [0:7.5]
set multiplot
unset key
panel = 1
title = "old: cross-entropy + Σ λ/2 w²"
eval panel_place
set xlabel "w"
set ylabel "nats, for one weight"
plot losses_file[decay] using (column("weight")):(column("nats")) with lines linecolor rgb decay_color linewidth 4 * line_width, \
     losses_file[log_prior] using (column("weight")):(column("nats")) with lines linecolor rgb "#000000" linewidth line_width dashtype 2
panel = 2
title = page_widest_title
eval panel_place
set xlabel "μ"
set ylabel panel_is_left(panel) ? "nats, for one weight" : ""
plot for [k = 1:words(kls)] losses_file[int(word(kls, k))] using (column("weight")):(column("nats")) \
         with lines linecolor rgb by_turns(colors, k - 1) linewidth line_width
unset multiplot
