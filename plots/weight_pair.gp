# plots/weight_pair.gp: the posteriors of two weights of the trained network with nearly the same |mu|: which one would you
# prune? |mu| does not tell how sure each is. Both are densities on one scale: the area under each is 1.

load "series.gp"

first = 1
do for [i = weight_pair_count:1:-1] { if (weight_pair_weight[i] eq "A") { first = i } }
second = 0
do for [i = weight_pair_count:1:-1] {
    if (weight_pair_run[i] eq weight_pair_run[first] && weight_pair_weight[i] eq "B") { second = i }
}
array pair[2] = [first, second]
mu(k) = weight_pair_mu[pair[k]] + 0
sigma(k) = weight_pair_sigma[pair[k]] + 0
told(k) = sprintf("%s: μ = %.3g, σ = %.3g; goes at %.1f %% of the weights by |μ|, at %.1f %% by |μ|/σ, which is %.2g", \
    weight_pair_weight[pair[k]], mu(k), sigma(k), 100 * weight_pair_goes_by_magnitude[pair[k]], \
    100 * weight_pair_goes_by_snr[pair[k]], weight_pair_snr[pair[k]] + 0)
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

key_room = 2
load "key.gp"
do for [k = 1:2] { n = key_add(told(k), word(colors, k), 0, 1) }
load "page.gp"
page_most = 760
page_tall = 270
page_title_lines = 0
page_notes = of_run(weight_pair_method[first], weight_pair_run[first], weight_pair_method_runs[first])
eval page_grid
eval page_measure
load "style.gp"

margin = 0.04 * (high - low)
set samples 4001
set xrange [low - margin:high + margin]
set xtics tic_step((high - low) / 4)
set yrange [0:1.15 * tallest]
set xlabel "weight"
set ylabel "density"
unset key
set arrow 1 from 0, graph 0 to 0, graph 1 nohead dashtype 3 linecolor rgb faint
set label 6 " 0" at 0, graph 0.97 left font font_of(10) textcolor rgb faint
set multiplot
panel = 1
eval panel_place
plot for [i = 1:2] density(x, i) with filledcurves y1=0 fillcolor rgb word(colors, i), \
     for [i = 1:2] density(x, i) with lines linecolor rgb word(colors, i) linewidth line_width
unset multiplot
