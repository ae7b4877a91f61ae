# plots/series.gp: what a series is called and how it is drawn. It needs no terminal, so that a script can reckon its size.
#
# A method keeps its colour and its marker, a criterion its dashes, in every figure and in the report: draw.sh hands over what
# lib/report/look.def says, as `color_NAME` and `marker_NAME` of a method and `dashes_NAME` of a criterion. One without a row is
# drawn in gray.
#
# Further configs of a method, an ablation's, take its shades by turns; once these are used up, other markers and dashes: 75
# configs of a method can be told apart by colour, marker and dashes, and 15 where dashes mean something else.

more_markers = " 1 2 3"
more_dashes = "1 2 4 3 5"

# Layers by their place, an index from 1.
layer_colors = "#0072B2 #E69F00 #009E73 #CC79A7 #56B4E9 #D55E00 #F0E442 #003A5C #7A3600"
layer_color(k) = by_turns(layer_colors, int(k) - 1)

talk_color = "#000000"
faint = "#666666"
alarm = "#B00000"
line_width = 1.8

set encoding utf8 # lengths of names are in characters
lookup(name, otherwise) = exists(name) ? value(name) : otherwise
# The name that readers see, from the registries in lib/; a name without a row stands for itself.
named(kind, name) = lookup("title_".kind."_".name, name)
by_turns(list, k) = word(list, 1 + k % words(list))
colors_of(method) = lookup("color_".method, "#777777 #AAAAAA #333333")
method_color(method, rank) = by_turns(colors_of(method), int(rank) - 1)
turn(method, rank) = (int(rank) - 1) / words(colors_of(method))
method_marker(method, rank) = int(by_turns(lookup("marker_".method, "15 14").more_markers, turn(method, rank)))
method_dashes(method, rank) = int(by_turns(more_dashes, turn(method, rank) + turn(method, rank) / words(more_dashes)))
criterion_dashes(criterion) = int(lookup("dashes_".criterion, "5"))
# "VI: Gaussian mean field" is "VI" in a legend; the config is named only where a method has several.
short_method(method) = (name = named("method", method), cut = strstrt(name, ":"), cut ? name[1:cut - 1] : name)
with_variant(label, variant, configs) = configs > 1 && variant ne "" ? label." (".variant.")" : label
# In two lines where there are more characters than fit.
wrapped(text, most) = strlen(text) > most ? text[1:most]."\n".text[most + 1:strlen(text)] : text
by_criterion(name) = name eq "random" ? "at random" : "by ".named("criterion", name)
# Everything happens beyond 80 %: the axis is logarithmic in the weights that are kept.
removed_axis = "weights removed (%), log scale of what is left"
has(lacks, column_name) = strstrt(lacks, " ".column_name." ") == 0
# From so many on bands are drawn fainter, for they lie on each other, and axes begin where the values do.
many_series = 7
band_density(series) = series < many_series ? 0.18 : 0.5 / series
# What a figure of one run or one seed says of those that it does not show; "" where there are none.
how_to_see_others = 'to draw them: ./run_all.sh --draw-only --out DIR, with their .h5 files alone in DIR'
not_shown(count, what) = count < 1 ? "" : sprintf("Not shown: %d other %s%s; %s", count, what, count > 1 ? "s" : "", how_to_see_others)
