# plots/predicted.gp: the predictions, by the run that they come from, for the pictures of pictures.gp. Loaded after it;
# `predictions` is the table with the predictions: the pictures' own, or stills_predicted.
#
#   shown_run, shown_method, note   the run, and how many others there are
#   strengths, strengths_count      those of the pictures, a text of words, from the weakest
#   items, items_count
#   picture_of(item, strength)      0 if there is none
#   shade_most, unit                the entropy of the darkest frame; the strength's unit after a blank, or ""
#   is_right(i), predicted(i), truth(i), entropy(i)   of picture i

eval sprintf("picture_strength(i) = %s_strength[i]", pictures)
eval sprintf("picture_run(i) = %s_run[i]", pictures)
eval sprintf("truth(i) = %s_label[i]", pictures)
eval sprintf("rows_count = %s_count", predictions)
eval sprintf("row_right(k) = %s_right[k] + 0", predictions)
eval sprintf("row_predicted(k) = %s_predicted[k]", predictions)
eval sprintf("row_entropy(k) = %s_entropy[k] + 0", predictions)
eval sprintf("row_run(k) = %s_run[k]", predictions)
eval sprintf("row_item(k) = %s_item[k]", predictions)
eval sprintf("row_strength(k) = %s_strength[k]", predictions)
eval sprintf("row_method(k) = %s_method[k]", predictions)
eval sprintf("row_method_runs(k) = %s_method_runs[k] + 0", predictions)

strengths = ""
items = ""
do for [i = 1:pictures_count] {
    if (strstrt(strengths." ", " ".picture_strength(i)." ") == 0) { strengths = strengths." ".picture_strength(i) }
    if (strstrt(items." ", " ".picture_item(i)." ") == 0) { items = items." ".picture_item(i) }
}
strengths_count = words(strengths)
items_count = words(items)
place_of(text, list) = (found = 0, found = (sum [j = 1:words(list)] (word(list, j) eq text ? j : 0)), found)
cell_of(item, strength) = (place_of(strength, strengths) - 1) * items_count + place_of(item, items)
array picture_at[strengths_count * items_count]
do for [i = 1:strengths_count * items_count] { picture_at[i] = 0 }
do for [i = 1:pictures_count] { picture_at[cell_of(picture_item(i), picture_strength(i))] = i }
picture_of(item, strength) = place_of(item, items) == 0 || place_of(strength, strengths) == 0 ? 0 : picture_at[cell_of(item, strength)]

# An adversary's pictures are of one run, so all are shown with its predictions.
shown_run = picture_run(1)
shown = 0
array prediction_of[pictures_count]
do for [i = 1:pictures_count] { prediction_of[i] = predictions eq pictures ? i : 0 }
if (predictions eq pictures) { shown = 1 } else {
    do for [k = 1:rows_count] {
        if (row_run(k) eq shown_run) {
            shown = k
            i = picture_of(row_item(k), row_strength(k))
            if (i > 0) { prediction_of[i] = k }
        }
    }
}
note = shown == 0 ? "" : not_shown(row_method_runs(shown) - 1, "run")
shown_method = shown == 0 ? "" : short_method(row_method(shown))
is_right(i) = prediction_of[i] > 0 ? row_right(prediction_of[i]) : 0
predicted(i) = prediction_of[i] > 0 ? row_predicted(prediction_of[i]) : "?"
entropy(i) = prediction_of[i] > 0 ? row_entropy(prediction_of[i]) : 0

# The entropy of equally likely classes; for an older run, which does not give their number, the largest entropy present.
shade_most = 1e-9
do for [i = 1:pictures_count] { shade_most = entropy(i) > shade_most ? entropy(i) : shade_most }
if (shown > 0 && strstrt(value(predictions."_columns"), " classes ") > 0) {
    eval sprintf("classes = %s_classes[shown]", predictions)
    if (classes ne "") { shade_most = log(classes + 0) }
}
unit = lookup("unit_perturbation_".chosen, "")
unit = unit eq "1" ? "" : " ".unit
