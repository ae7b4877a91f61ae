# plots/examples.gp: items of the test file as they are, with their labels.

figure_size = "760 560"
load "style.gp"
# One perturbation's pictures at strength 0 are the items themselves.
load "pictures.gp"

chosen_perturbation = stills_perturbation[1]
undisturbed(item) = (found = 0, found = (sum [i = 1:stills_count] (same(stills_item[i], item) && stills_strength[i] + 0 == 0 \
    && same(stills_perturbation[i], chosen_perturbation) ? i : 0)), found)
unset key
unset grid
unset tics
unset xlabel
set border 15 linecolor rgb "#BBBBBB" linewidth 0.8
set multiplot layout 3, 4 margins screen 0.03, screen 0.97, screen 0.03, screen 0.84 spacing screen 0.04, screen 0.07
do for [k = 1:items_count] {
    p = undisturbed(word(items, k))
    if (is_series) { set autoscale } else { set size ratio -1; set xrange [-0.5:picture_width - 0.5]; set yrange [-0.5:picture_height - 0.5] }
    set label 4 stills_label[p] at graph 0.5, graph 1.09 center font ",11"
    plot @picture_plot
    unset label 1
    unset label 2
}
unset multiplot
