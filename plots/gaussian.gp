# plots/gaussian.gp: the two numbers of a Gaussian posterior: μ is its position, σ its width.

load "series.gp"
key_room = gaussian_count
load "key.gp"
colors = "#0072B2 #56B4E9 #D55E00"
do for [i = 1:gaussian_count] {
    n = key_add(sprintf("μ = %s, σ = %s", gaussian_mu[i], gaussian_sigma[i]), word(colors, i), 0, int(word("1 2 4", i)))
}
load "page.gp"
page_panels = 1
page_most = 760
page_tall = 270
page_title_lines = 0
eval page_grid
eval page_measure
load "style.gp"

set xlabel "weight"
set ylabel "density"
set xrange [*:*] noextend
set yrange [0:4.6]
peak(i) = 1 / (sqrt(2 * pi) * gaussian_sigma[i])
# μ is marked at the peak, σ at the height where it is the half-width.
do for [i = 1:gaussian_count] {
    set arrow i from gaussian_mu[i] + 0, peak(i) * exp(-0.5) to gaussian_mu[i] + gaussian_sigma[i], peak(i) * exp(-0.5) \
        heads size screen 0.008, 20 linecolor rgb word(colors, i) linewidth 1.2
    set label 10 + i "σ" at gaussian_mu[i] + gaussian_sigma[i], peak(i) * exp(-0.5) offset 0.8, 0 left textcolor rgb word(colors, i)
    set arrow 20 + i from gaussian_mu[i] + 0, 0 to gaussian_mu[i] + 0, peak(i) nohead dashtype 3 linecolor rgb word(colors, i) linewidth 1.2
    set label 20 + i "μ" at gaussian_mu[i] + 0, peak(i) offset 0, 0.7 center textcolor rgb word(colors, i)
}
unset key
set multiplot
panel = 1
eval panel_place
plot for [i = 1:gaussian_count] gaussian_file[i] using (column("weight")):(column("density")) \
         with filledcurves y1=0 fillcolor rgb word(colors, i), \
     for [i = 1:gaussian_count] gaussian_file[i] using (column("weight")):(column("density")) \
         with lines linecolor rgb word(colors, i) linewidth line_width dashtype int(word("1 2 4", i))
unset multiplot
