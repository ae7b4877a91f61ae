# plots/training.gp: the parts of the loss, accuracy, and the posterior's sigmas, epoch by epoch: means over the seeds of each
# config, with bands from the least to the greatest of them.
#
# Likelihood and prior are separate, because their sum hides which of the two is learning; so are the KL of a posterior and
# the penalty of a point estimate, which have different scales. The fan shows that the VI objective alone moves the sigmas.

load "series.gp"

color(i) = method_color(train_method[i], train_run_rank[i])
marker(i) = method_marker(train_method[i], train_run_rank[i])
dashes(i) = method_dashes(train_method[i], train_run_rank[i])
name_of(i) = with_variant(short_method(train_method[i]), train_variant[i], train_run_count[i])

set datafile separator comma
set datafile columnheaders
kl = ""
penalty = ""
least_of = ""
array least[5]
array greatest[5]
epochs = 1
several = 0
array sort_score[train_count]
do for [i = 1:train_count] {
    stats train_file[i] using (column("epoch")):(column("accuracy_val")) nooutput
    epochs = STATS_max_x > epochs ? STATS_max_x : epochs
    sort_score[i] = STATS_mean_y
    several = train_seeds[i] > several ? train_seeds[i] : several
    # A logarithmic axis has no place for a prior's part of 0, as for mle.
    if (has(train_lacks[i], "kl")) {
        stats train_file[i] using (column("kl")) nooutput
        if (STATS_max > 0) { if (has(train_lacks[i], "sigma_median")) { kl = kl." ".i } else { penalty = penalty." ".i } }
    }
}
sort_list = every_one(train_count)
eval sort_by_score
every_list = sorted

# The panels: what is drawn from which series, and whether on a logarithmic axis. An accuracy's axis begins at the accuracies
# after a tenth of the epochs.
what = "nll".(words(kl) > 0 ? " kl" : "").(words(penalty) > 0 ? " penalty" : "")." accuracy_train accuracy_val".(sigma_count > 0 ? " sigma" : "")
panel_title_of(name) = name eq "nll" ? "likelihood part of the loss" : name eq "kl" ? "prior part: KL of all weights" \
    : name eq "penalty" ? "prior part: penalty of all weights" : name eq "accuracy_train" ? "accuracy on training items" \
    : name eq "accuracy_val" ? "accuracy on validation items" : "σ of ".short_method(sigma_method[1]) \
    .(sigma_run_count[1] > 1 ? " (".(sigma_variant[1] eq "" ? "its plain config" : sigma_variant[1]).")" : "")
unit_of(name) = name eq "nll" ? "nats per item" : name eq "kl" || name eq "penalty" ? "nats" \
    : name eq "sigma" ? "standard deviation" : "accuracy"
column_of(name) = name eq "penalty" ? "kl" : name
series_of(name) = name eq "kl" ? kl : name eq "penalty" ? penalty : every_list
is_accuracy(name) = strstrt(name, "accuracy") == 1

key_room = train_count
load "key.gp"
do for [i in sorted] { n = key_add(name_of(int(i)), color(int(i)), marker(int(i)), dashes(int(i))) }
load "page.gp"
page_panels = words(what)
page_columns = page_panels == 4 ? 2 : 3
page_between = 86
page_left = 86
page_widest_title = "prior part: penalty of all weights"

window = epoch_window(epochs)
page_notes = (several > 1 ? "Lines: means over the seeds; bands: from the least to the greatest of them. " : "") \
    .(window > 1 ? sprintf("Lines: means of %d epochs. ", window) : "")."Accuracies: from where they are after a tenth of the epochs." \
    .(sigma_count > 0 ? " σ: the median, and the quantiles 5, 25, 75, 95 %".(sigma_count > 1 ? "; sigma_".dataset." has every config." : ".") : "")
eval page_grid
eval page_measure
load "style.gp"
set style fill transparent solid band_density(train_count) noborder

# Eight markers on a line.
middle(epoch) = epoch_middle(epoch, window)
means = window > 1 ? "smooth unique" : ""
points_drawn = (epochs + window - 1) / window
every = int((points_drawn + 7) / 8)

set xtics epoch_step(epochs, 1)
set multiplot
unset key
do for [panel = 1:page_panels] {
    part = word(what, panel)
    drawn = series_of(part)
    title = panel_title_of(part)
    eval panel_place
    set xlabel panel_is_lowest(panel) ? "epoch" : ""
    thousands = 1
    unset logscale y
    set ytics autofreq
    set xrange [*:*]
    set yrange [*:*]
    low = 1e300
    high = -1e300
    if (part eq "sigma") {
        stats sigma_file[1] using (column("q05")):(column("q95")) nooutput
        low = STATS_min_x
        high = STATS_max_y
    } else {
        do for [i in drawn] {
            stats train_file[int(i)] using (is_accuracy(part) && column("epoch") <= 0.1 * epochs ? 1 : column(column_of(part)."_low") > 0 || is_accuracy(part) \
                ? column(column_of(part)."_low") : column(column_of(part))):(column(column_of(part)."_high")) nooutput
            low = STATS_min_x < low ? STATS_min_x : low
            high = STATS_max_y > high ? STATS_max_y : high
        }
    }
    set xrange [(epochs > 1 ? 1 : 0):(epochs > 1 ? epochs : 2)]
    if (is_accuracy(part)) {
        set yrange [low - 0.08 * (1 - low):low < 1 ? 1 + 0.03 * (1 - low) : 1.01]
    } else { if (low > 0 && high > 10 * low) {
        set logscale y
        log_axis = "y"
        log_least = low
        log_greatest = high
        eval log_tics
        set yrange [low / 1.2:high * 1.2]
    } else {
        thousands = high < 1e5 ? 1 : 1000
        set yrange [0:high > 0 ? high / thousands * 1.05 : 1]
        if (high > 0) { set ytics tic_step_above(high / thousands / 4) }
    } }
    set ylabel (thousands > 1 ? "1,000 " : "").unit_of(part)
    floor_of(value) = (value > low ? value : low) / thousands
    if (part eq "sigma") {
        fan = method_color(sigma_method[1], 1)
        plot sigma_file[1] using (column("epoch")):(column("q05")):(column("q95")) with filledcurves fillcolor rgb fan, \
             sigma_file[1] using (column("epoch")):(column("q25")):(column("q75")) \
                 with filledcurves fillcolor rgb fan fillstyle transparent solid 0.35 noborder, \
             sigma_file[1] using (column("epoch")):(column("q50")) with lines linecolor rgb fan linewidth line_width
    } else {
        bands = several > 1 ? 'for [i in drawn] train_file[int(i)] using (column("epoch")):(floor_of(column(column_of(part)."_low")))' \
            .':(column(column_of(part)."_high") / thousands) with filledcurves fillcolor rgb color(int(i)), ' : ""
        eval 'plot '.bands.'for [i in drawn] train_file[int(i)] using (middle(column("epoch"))):(column(column_of(part)) / thousands) '.means \
            .' with linespoints linecolor rgb color(int(i)) linewidth line_width dashtype dashes(int(i)) ' \
            .'pointtype marker(int(i)) pointsize 0.5 pointinterval every'
    }
}
unset multiplot
