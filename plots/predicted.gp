# plots/predicted.gp: finds what one run predicts for the pictures of pictures.gp, which is loaded before.

# The run that the figure is about: a posterior's where there is one, else the first.
shown = 1
do for [k = stills_predicted_count:1:-1] { if (stills_predicted_method[k] eq "vi") { shown = k } }
shown_run = stills_predicted_run[shown]
note = not_shown(stills_predicted_method_runs[shown] - 1, "run")
shown_method = short_method(stills_predicted_method[shown])
array prediction_of[stills_count]
largest_entropy = 1e-9
do for [i = 1:stills_count] { prediction_of[i] = 0 }
do for [k = 1:stills_predicted_count] {
    if (stills_predicted_run[k] eq shown_run) {
        i = picture_of(stills_predicted_item[k], stills_predicted_strength[k])
        if (i > 0) { prediction_of[i] = k }
        if (stills_predicted_entropy[k] > largest_entropy) { largest_entropy = stills_predicted_entropy[k] + 0 }
    }
}
is_right(i) = prediction_of[i] > 0 ? stills_predicted_right[prediction_of[i]] + 0 : 0
predicted(i) = prediction_of[i] > 0 ? stills_predicted_predicted[prediction_of[i]] : "?"
entropy(i) = prediction_of[i] > 0 ? stills_predicted_entropy[prediction_of[i]] + 0 : 0
# The frame: white when the network is sure, black at the largest entropy of the figure.
frame_gray(i) = (g = int(255 * (1 - entropy(i) / largest_entropy)), sprintf("#%02X%02X%02X", g, g, g))
# A closed outline, since the four lines of a border leave its corners open.
frame_set = 'set object 1 rectangle from graph 0, graph 0 to graph 1, graph 1 front fillstyle empty ' \
    .'border linecolor rgb frame_gray(p) linewidth frame_width'
verdict_color(i) = is_right(i) ? "#00703C" : "#C00000"
