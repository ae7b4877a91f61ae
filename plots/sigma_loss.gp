# plots/sigma_loss.gp: the terms of the VI loss that hold one sigma. Small sigmas cost much: the loss pushes them up.

figure_size = "760 420"
load "style.gp"

set logscale x
set xlabel "σ of one weight"
set ylabel "nats"
set xrange [*:*] noextend
set yrange [-1:4]
set key right top Left reverse samplen 3 spacing 1.2
set lmargin at screen 0.09
set rmargin at screen 0.97
set tmargin at screen 0.86
set bmargin at screen 0.15
prior = sigma_loss_prior_sigma[1] + 0
set arrow 1 from prior, -1 to prior, 0.5 nohead dashtype 3 linecolor rgb faint
set label 4 sprintf("least at σ = %g, the prior's σ", prior) at prior, -0.7 right offset -1, 0 font ",10"
plot sigma_loss_file[1] using (column("sigma")):(column("log_part")) \
         with lines linecolor rgb "#E69F00" linewidth line_width dashtype 4 title "-log σ", \
     sigma_loss_file[1] using (column("sigma")):(column("square_part")) \
         with lines linecolor rgb "#009E73" linewidth line_width dashtype 2 title "λ/2 σ²", \
     sigma_loss_file[1] using (column("sigma")):(column("loss")) \
         with lines linecolor rgb "#0072B2" linewidth 1.3 * line_width title "their sum, what VI adds for σ"
