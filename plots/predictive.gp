# plots/predictive.gp: four predictive distributions of one run, above without and below with their entropy. The items'
# entropies are spread evenly from the surest to the least sure prediction.

figure_size = "960 520"
load "style.gp"

# The rows of one run: the first that has a sigma's name (vi), else the first there is.
first = 1
do for [i = predictive_count:1:-1] { if (predictive_method[i] eq "vi") { first = i } }
note = not_shown(predictive_method_runs[first] - 1, "run")
list = ""
do for [i = 1:predictive_count] { if (predictive_run[i] eq predictive_run[first]) { list = list." ".i } }
series(k) = int(word(list, k))
color = method_color(predictive_method[first], 1)
longest = 0
do for [i in list] {
    stats predictive_file[int(i)] using (strlen(strcol("name"))) name "name" nooutput
    longest = name_max > longest ? name_max : longest
}
set yrange [0:1]
set ytics 0.5
# Names end at their class, so that none runs out of the picture or into the next panel; digits need no slope.
if (longest > 2) { set xtics font ",8" rotate by 40 right } else { set xtics font ",9" norotate }
set style fill solid 0.8 noborder
set boxwidth 0.8
set label 3 short_method(predictive_method[first])." (".predictive_run[first].")" at screen 0.98, screen 0.015 right \
    font note_font textcolor rgb faint
set label 6 note at screen 0.01, screen 0.015 left font note_font textcolor rgb faint
set multiplot layout 2, words(list) margins screen 0.075, screen 0.98, screen 0.16, screen 0.83 spacing screen 0.03, screen 0.22
do for [row = 1:2] {
    do for [k = 1:words(list)] {
        set label 4 row == 1 ? sprintf("%c", 96 + k).")" : sprintf("entropy %.2f nats", predictive_entropy[series(k)] + 0) at graph 0, graph 1.1 left font panel_font
        if (row == 1 && k == 1) { set ylabel "probability" } else { unset ylabel }
        if (row == 2) { set label 5 "it is: ".predictive_label[series(k)] at graph 1, graph 0.93 right font ",9" textcolor rgb faint }
        plot predictive_file[series(k)] using (column("class")):(column("probability")):xticlabels(strcol("name")) \
            with boxes fillcolor rgb color
        unset label 1
        unset label 2
        unset label 3
        unset label 6
        unset label 5
    }
}
unset multiplot
