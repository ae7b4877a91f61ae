# plots/temperature.gp: the posterior at temperature 1, which is Bayes' own, and colder: accuracy, NLL and calibration error on the test
# items, of the whole network and with a tenth of its weights. A line of panels for each data set with configs that differ in
# their temperature; that of the data set's own config is marked. Bars are 95 % intervals.

load "series.gp"

measures = "accuracy nll ece"
name_accuracy = "accuracy"
name_nll = "NLL (nats)"
name_ece = "calibration error"
states = "0 0.9"
state_color(k) = k == 1 ? "#0072B2" : "#D55E00"
state_marker(k) = k == 1 ? 7 : 5
state_dashes(k) = k == 1 ? 1 : 2
state_name(k) = k == 1 ? "the whole network" : "90 % of the weights removed"

temperature(i) = pruned_band_temperature[i] eq "" ? 0 : pruned_band_temperature[i] + 0
is_own(i) = pruned_band_variant[i] eq ""
# Configs that differ only in temperature: those of the sweep, or the data set's own.
is_of_sweep(i) = is_own(i) || (strstrt(pruned_band_variant[i], "temperature=") == 1 && strstrt(pruned_band_variant[i], "_") == 0)
belongs(i, name) = pruned_band_dataset[i] eq name && pruned_band_temperature[i] ne "" && is_of_sweep(i)
state_of(i) = pruned_band_removed[i] eq "0" ? 1 : pruned_band_removed[i] eq "0.9" ? 2 : 0
datasets = ""
coldest = 1e300
hottest = 0
several = 0
with_pruned = 0
do for [i = 1:pruned_band_count] {
    name = pruned_band_dataset[i]
    if (strstrt(datasets." ", " ".name." ") == 0 && belongs(i, name)) {
        other = (sum [j = 1:pruned_band_count] (belongs(j, name) && pruned_band_temperature[j] ne pruned_band_temperature[i]))
        if (other > 0) { datasets = datasets." ".name }
    }
}
if (words(datasets) == 0) { exit status 5 }
do for [i = 1:pruned_band_count] {
    if (strstrt(datasets." ", " ".pruned_band_dataset[i]." ") && belongs(i, pruned_band_dataset[i])) {
        coldest = temperature(i) < coldest ? temperature(i) : coldest
        hottest = temperature(i) > hottest ? temperature(i) : hottest
        several = pruned_band_seeds[i] + 0 > 1 || several
        with_pruned = state_of(i) == 2 || with_pruned
    }
}

key_room = 3
load "key.gp"
n = key_add(state_name(1), state_color(1), state_marker(1), state_dashes(1))
if (with_pruned) { n = key_add(state_name(2), state_color(2), state_marker(2), state_dashes(2)) }
n = key_add("the data set's own", "#000000", 6, 0)
load "page.gp"
page_panels = words(datasets) * words(measures)
page_columns = words(measures)
page_tall = 190
page_between = 70
page_notes = "Only the temperature differs. At 1 the loss is the evidence lower bound; below it the posterior is sharper than Bayes' rule says." \
    .(several ? " Bars: 95 % intervals, of accuracy over items and seeds, else over seeds." : "") \
    .(with_pruned ? " Removed by |μ|/σ." : "")
eval page_grid
eval page_measure
load "style.gp"

set logscale x
set xtics (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10)
set xrange [coldest / 1.3:hottest * 1.3]
array sort_score[pruned_band_count]
do for [i = 1:pruned_band_count] { sort_score[i] = temperature(i) }
low_name(measure) = measure eq "accuracy" ? "low" : measure."_low"
high_name(measure) = measure eq "accuracy" ? "high" : measure."_high"
or_value(text, i) = text eq "" ? cell(i) : text
set multiplot
unset key
do for [panel = 1:page_panels] {
    name = word(datasets, 1 + (panel - 1) / words(measures))
    measure = word(measures, 1 + (panel - 1) % words(measures))
    eval sprintf("cell(i) = pruned_band_%s[i]; low(i) = or_value(pruned_band_%s[i], i); high(i) = or_value(pruned_band_%s[i], i)", \
        measure, low_name(measure), high_name(measure))
    least = 1e300
    most = -1e300
    curves = ""
    do for [k = 1:2] {
        sort_list = ""
        do for [i = 1:pruned_band_count] { if (belongs(i, name) && state_of(i) == k) { sort_list = sort_list." ".i } }
        if (sort_list ne "") {
            eval sort_by_score
            eval sprintf("set print $curve_%d", k)
            print "temperature,value,low,high,own"
            do for [i in sorted] {
                n = int(i)
                print sprintf("%s,%s,%s,%s,%d", pruned_band_temperature[n], cell(n), low(n), high(n), is_own(n))
                least = cell(n) + 0 < least ? cell(n) + 0 : least
                most = cell(n) + 0 > most ? cell(n) + 0 : most
            }
            unset print
            curve = sprintf("$curve_%d using (column(\"temperature\")):", k)
            look = sprintf(" linecolor rgb state_color(%d) linewidth line_width pointtype state_marker(%d)", k, k)
            curves = curves.(curves eq "" ? "" : ", ").curve.'(column("value")):(column("low")):(column("high")) with yerrorbars pointsize 0'.look \
                .", ".curve.'(column("value")) with linespoints pointsize 0.7'.look.sprintf(" dashtype state_dashes(%d)", k) \
                .", ".curve.'(column("own") > 0 ? column("value") : NaN) with points pointtype 6 pointsize 1.6 linecolor rgb "#000000"'
        }
    }
    title = named("dataset", name).": ".value("name_".measure)
    eval panel_place
    margin = most > least ? 0.25 * (most - least) : 0.05
    set yrange [least - margin < 0 ? 0 : least - margin:most + margin]
    set xlabel panel_is_lowest(panel) ? fitting("temperature (log scale)", "temperature") : ""
    eval "plot ".curves
}
unset multiplot
