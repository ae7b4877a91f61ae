# plots/losses.gp: what one weight adds to the loss, old and new, on one axis. Weight decay is a Gaussian prior: the curves of the
# left panel are one. The new loss has the same parabola in mu, higher the further sigma is from the prior's.

figure_size = "960 460"
load "style.gp"

stats losses_file[1] using (column("prior_sigma")) every ::0::0 name "prior" nooutput
kls = ""
do for [i = 1:losses_count] {
    if (losses_loss[i] eq "kl") { kls = kls." ".i }
    if (losses_loss[i] eq "weight_decay") { decay = i }
    if (losses_loss[i] eq "log_prior") { log_prior = i }
}
colors = "#E69F00 #009E73 #0072B2"
set xrange [*:*] noextend
set yrange [0:7.5]
set key center top Left reverse samplen 3 spacing 1.2 font ",10"
set label 3 sprintf("λ is 1 / σ² of the prior, whose σ is %g here; constants, which move no weight, are such that the least of all is 0", prior_min) \
    at screen 0.01, screen 10 / 460. left font note_font textcolor rgb faint
set multiplot layout 1, 2 margins screen 0.07, screen 0.98, screen 0.16, screen 0.84 spacing screen 0.06
set label 4 "old: cross-entropy + Σ λ/2 w²" at graph 0, graph 1.06 left font panel_font
set xlabel "w"
set ylabel "nats, for one weight"
plot losses_file[decay] using (column("weight")):(column("nats")) \
         with lines linecolor rgb "#F0A070" linewidth 4 * line_width title "weight decay: λ/2 w²", \
     losses_file[log_prior] using (column("weight")):(column("nats")) \
         with lines linecolor rgb "#000000" linewidth line_width dashtype 2 title "prior: -log N(w; 0, 1/λ)"
unset label 1
unset label 2
unset label 3
set label 4 "new: cross-entropy + Σ [ λ/2 μ² - log σ + λ/2 σ² ]"
set xlabel "μ"
set ylabel ""
plot for [k = 1:words(kls)] losses_file[int(word(kls, k))] using (column("weight")):(column("nats")) \
         with lines linecolor rgb word(colors, k) linewidth line_width \
         title sprintf("KL to the prior, σ = %s", losses_sigma[int(word(kls, k))])
unset multiplot
