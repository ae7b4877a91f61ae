# plots/sigma_loss.gp: the terms of the VI loss that contain one sigma. Small sigmas cost much: the loss pushes them up.

load "series.gp"
key_room = 3
load "key.gp"
n = key_add("−log σ", "#E69F00", 0, 4)
n = key_add("λ/2 σ², with λ = 1 / (the prior's σ)²", "#009E73", 0, 2)
n = key_add("their sum, what VI adds for σ", "#0072B2", 0, 1)
load "page.gp"
page_panels = 1
page_most = 760
page_tall = 290
page_title_lines = 0
eval page_grid
eval page_measure
load "style.gp"

set logscale x
set xlabel "σ of one weight (log scale)"
set ylabel "nats"
set xrange [*:*] noextend
set yrange [-1:4]
prior = sigma_loss_prior_sigma[1] + 0
set arrow 1 from prior, -1 to prior, 0.5 nohead dashtype 3 linecolor rgb faint
set label 6 sprintf("least at σ = %g, the prior's σ", prior) at prior, -0.7 right offset -1, 0 font font_of(10)
unset key
set multiplot
panel = 1
eval panel_place
plot sigma_loss_file[1] using (column("sigma")):(column("log_part")) with lines linecolor rgb "#E69F00" linewidth line_width dashtype 4, \
     sigma_loss_file[1] using (column("sigma")):(column("square_part")) with lines linecolor rgb "#009E73" linewidth line_width dashtype 2, \
     sigma_loss_file[1] using (column("sigma")):(column("loss")) with lines linecolor rgb "#0072B2" linewidth 1.3 * line_width
unset multiplot
