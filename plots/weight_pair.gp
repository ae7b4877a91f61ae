# plots/weight_pair.gp: the posteriors of two weights of the trained network with nearly the same |mu|: which one would you
# prune? |mu| does not know how sure each is. Both are densities on one scale: the area under each is 1.

figure_size = "760 440"
load "style.gp"

first = 1
do for [i = weight_pair_count:1:-1] { if (weight_pair_weight[i] eq "A") { first = i } }
second = 0
do for [i = weight_pair_count:1:-1] {
    if (weight_pair_run[i] eq weight_pair_run[first] && weight_pair_weight[i] eq "B") { second = i }
}
note = not_shown(weight_pair_method_runs[first] - 1, "run")
array pair[2] = [first, second]
mu(k) = weight_pair_mu[pair[k]] + 0
sigma(k) = weight_pair_sigma[pair[k]] + 0
goes(k) = sprintf("%s goes at %.1f %% of the weights by |μ|, at %.1f %% by |μ|/σ, which is %.2g", weight_pair_weight[pair[k]], \
    100 * weight_pair_goes_by_magnitude[pair[k]], 100 * weight_pair_goes_by_snr[pair[k]], weight_pair_snr[pair[k]] + 0)
colors = "#D55E00 #0072B2"
density(x, i) = exp(-0.5 * ((x - mu(i)) / sigma(i))**2) / (sigma(i) * sqrt(2 * pi))
low = 0.
high = 0.
tallest = 0.
do for [i = 1:2] {
    low = mu(i) - 4 * sigma(i) < low ? mu(i) - 4 * sigma(i) : low
    high = mu(i) + 4 * sigma(i) > high ? mu(i) + 4 * sigma(i) : high
    tallest = density(mu(i), i) > tallest ? density(mu(i), i) : tallest
}
margin = 0.04 * (high - low)
set samples 4001
set xrange [low - margin:high + margin]
set yrange [0:1.15 * tallest]
set xlabel "weight"
set ylabel "density"
set key at screen 0.1, screen 0.885 left top horizontal Left reverse samplen 2
set arrow 1 from 0, graph 0 to 0, graph 1 nohead dashtype 3 linecolor rgb faint
set label 5 " 0" at 0, graph 0.97 left font ",10" textcolor rgb faint
set lmargin at screen 0.1
set rmargin at screen 0.97
set tmargin at screen 0.83
set bmargin at screen 0.27
set label 4 short_method(weight_pair_method[first])." (".weight_pair_run[first].")" at screen 0.97, screen 0.17 right font note_font textcolor rgb faint
set label 6 goes(1) at screen 0.1, screen 0.115 left font ",10" textcolor rgb word(colors, 1)
set label 7 goes(2) at screen 0.1, screen 0.065 left font ",10" textcolor rgb word(colors, 2)
set label 8 note at screen 0.5, screen 0.02 center font note_font textcolor rgb faint
plot for [i = 1:2] density(x, i) with filledcurves y1=0 fillcolor rgb word(colors, i), \
     for [i = 1:2] density(x, i) with lines linecolor rgb word(colors, i) linewidth line_width \
         title sprintf("%s: μ = %.3g, σ = %.3g", weight_pair_weight[pair[i]], mu(i), sigma(i))
