# plots/gaussian.gp: what the two numbers of a Gaussian posterior do.

figure_size = "760 400"
load "style.gp"

colors = "#0072B2 #56B4E9 #D55E00"
set xlabel "weight"
set ylabel "density"
set xrange [*:*] noextend
set yrange [0:5]
set key left top Left reverse samplen 3 spacing 1.2
set lmargin at screen 0.09
set rmargin at screen 0.97
set tmargin at screen 0.86
set bmargin at screen 0.16
peak(i) = 1 / (sqrt(2 * pi) * gaussian_sigma[i])
do for [i = 1:gaussian_count] {
    set arrow i from gaussian_mu[i] + 0, peak(i) * exp(-0.5) to gaussian_mu[i] + gaussian_sigma[i], peak(i) * exp(-0.5) \
        heads size screen 0.008, 20 linecolor rgb word(colors, i) linewidth 1.2
    set label 10 + i "σ" at gaussian_mu[i] + 0.5 * gaussian_sigma[i], peak(i) * exp(-0.5) offset 0, 0.6 center \
        textcolor rgb word(colors, i)
}
plot for [i = 1:gaussian_count] gaussian_file[i] using (column("weight")):(column("density")) \
         with filledcurves y1=0 fillcolor rgb word(colors, i), \
     for [i = 1:gaussian_count] gaussian_file[i] using (column("weight")):(column("density")) \
         with lines linecolor rgb word(colors, i) linewidth line_width \
         title sprintf("μ = %s, σ = %s", gaussian_mu[i], gaussian_sigma[i])
