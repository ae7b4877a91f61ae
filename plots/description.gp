# plots/description.gp: how many bits describe the training labels: those of the weights and those of the labels given the weights,
# over training, and for the trained network as weights are removed, including which ones stay. Next to it the labels alone, each
# with the same length, and the network's file. A line of panels for each config; means over its seeds, bands from the least to the
# greatest of them.

load "series.gp"

# Parts are not methods: none of these is a method's colour, and dashes distinguish them too.
parts = "bits bits_weights bits_labels bits_mask bits_file"
look_bits = "#000000 1"
look_bits_weights = "#6A3D9A 1"
look_bits_labels = "#7A7A00 2"
look_bits_mask = "#8C510A 4"
look_bits_file = "#666666 5"
name_bits = "in all"
name_bits_weights = "the weights"
name_bits_labels = "the labels, given the weights"
name_bits_mask = "which weights stay"
name_bits_file = "the exported file, 16-bit numbers"
part_color(part) = word(value("look_".part), 1)
part_dashes(part) = int(word(value("look_".part), 2))

set datafile separator comma
set datafile columnheaders
configs = ""
several = 0
cold = 0
epochs = 1
do for [i = 1:description_count] {
    if (strstrt(configs." ", " ".description_config[i]." ") == 0) { configs = configs." ".description_config[i] }
    several = description_seeds[i] > several ? description_seeds[i] : several
    stats description_file[i] using (column("temperature")) nooutput
    cold = STATS_min != 1 ? 1 : cold
    stats description_file[i] using (strcol("stage") eq "epoch" ? column("epoch") : 0) nooutput
    epochs = STATS_max > epochs ? STATS_max : epochs
}
series_of(config, stage) = (found = 0, (sum [i = 1:description_count] (description_config[i] eq config && description_stage[i] eq stage \
    ? (found = i, 0) : 0)), found)
with_pruned = (sum [c = 1:words(configs)] (series_of(word(configs, c), "pruned") > 0)) > 0
window = epoch_window(epochs)
stages = with_pruned ? "epoch pruned" : "epoch"

key_room = words(parts) + 1
load "key.gp"
do for [part in parts] {
    if (with_pruned || (part ne "bits_mask" && part ne "bits_file")) { n = key_add(value("name_".part), part_color(part), 0, part_dashes(part)) }
}
n = key_add("labels without a network", "#000000", 0, 3)
load "page.gp"
page_panels = words(stages) * words(configs)
page_columns = words(stages)
page_tall = words(configs) == 1 ? 300 : 220
page_between = 86
page_left = 86
page_notes = "Weights: their divergence from the prior. Labels: minus log p, of all training items. Both axes are logarithmic." \
    .(window > 1 ? sprintf(" Over training, lines are means of %d epochs.", window) : "") \
    .(cold ? " At a temperature other than 1 the loss is not the length of a message, and its bits are no code." : "") \
    .(several > 1 ? " Lines: means over the seeds; bands: from the least to the greatest of them." : "")
eval page_grid
widest_config = ""
title_of(i) = with_variant(short_method(description_method[i]), description_variant[i], description_run_count[i])
do for [i = 1:description_count] { if (strlen(title_of(i)) > strlen(widest_config)) { widest_config = title_of(i) } }
page_widest_title = widest_config.", trained, as weights are removed"
temperature_text(t) = t == 1 ? "temperature 1: a code" : sprintf("temperature %g: not a code", t)
page_sub_lines = 1
eval page_measure
load "style.gp"
set style fill transparent solid band_density(words(configs)) noborder

positive(name) = column(name) > 0 ? column(name) : NaN
x_of(stage) = stage eq "epoch" ? epoch_middle(column("epoch"), window) : 1 - column("fraction")
set multiplot
unset key
do for [panel = 1:page_panels] {
    config = word(configs, 1 + (panel - 1) / words(stages))
    stage = word(stages, 1 + (panel - 1) % words(stages))
    s = series_of(config, stage)
    low = 1e300
    high = 0
    drawn = ""
    # gnuplot computes statistics within the axes' ranges.
    set xrange [*:*]
    set yrange [*:*]
    unset logscale
    temperature = 1
    last_x = 0
    if (s > 0) {
        stats description_file[s] using (column(stage eq "epoch" ? "epoch" : "fraction")) nooutput
        last_x = STATS_max
        stats description_file[s] using (column("temperature")) nooutput
        temperature = STATS_mean
        do for [part in parts." bits_uniform"] {
            if (has(description_lacks[s], part)) {
                stats description_file[s] using (column(part) > 0 ? 1 : 0) nooutput
                if (STATS_max > 0) {
                    stats description_file[s] using (positive(part)) nooutput
                    if (part ne "bits_uniform") { drawn = drawn." ".part }
                    low = STATS_min < low ? STATS_min : low
                    high = STATS_max > high ? STATS_max : high
                }
            }
        }
    }
    title = (s > 0 ? title_of(s) : config).(stage eq "epoch" ? ", over training" : ", trained, as weights are removed")
    subtitle = temperature_text(temperature)
    eval panel_place
    set ylabel panel_is_left(panel) ? "bits, log scale" : ""
    set logscale y
    low = low > high / 10 ? high / 10 : low
    # A part that almost vanishes would squeeze the others.
    low = low < high / 1e5 ? high / 1e5 : low
    log_axis = "y"
    log_name(mantissa, n) = n < 3 ? gprintf("%g", mantissa * 10.**n) : gprintf("%.0s %c", mantissa * 10.**n)
    log_least = low
    log_greatest = high
    eval log_tics
    set yrange [low / 1.3:high * 1.5]
    if (stage eq "epoch") {
        set xtics epoch_step(last_x, panel)
        set xlabel "epoch"
        set xrange [last_x > 1 ? 1 : 0:last_x > 1 ? last_x : 2]
    } else {
        set logscale x
        set xrange [1.15:(1 - last_x) / 1.15]
        set xtics ("0" 1, "50" .5, "80" .2, "90" .1, "95" .05, "98" .02, "99" .01, "99.5" .0050001, "99.9" .001)
        set xlabel fitting(removed_axis, "weights removed (%)")
    }
    means = stage eq "epoch" && window > 1 ? " smooth unique" : ""
    banded = several < 2 ? "" : 'for [part in drawn] description_file[s] using (x_of(stage)):(positive(part."_low")):(column(part."_high")) ' \
        .'with filledcurves fillcolor rgb part_color(part), '
    eval 'plot '.banded.'description_file[s] using (x_of(stage)):(column("bits_uniform")) with lines linecolor rgb "#000000" linewidth 1.4 dashtype 3, ' \
        .'for [part in drawn] description_file[s] using (x_of(stage)):(positive(part))'.means.' ' \
        .'with '.(stage eq "epoch" ? "lines" : "linespoints pointtype 7 pointsize 0.4").' linecolor rgb part_color(part) linewidth (part eq "bits" ? 2.4 : line_width) ' \
        .'dashtype part_dashes(part)'
}
unset multiplot
