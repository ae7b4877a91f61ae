# plots/network.gp: part of a trained network three times: with a number on each edge, the mean; with a density, whose width is
# its sigma; and pruned. For the first run that has rows. lib/results/derived_network.c chooses the part.
#
# An image's filter is drawn as its kernel, each cell being the edge from that pixel; otherwise units are circles.

load "series.gp"
load "page.gp"

# The series of the first run; its levels, and the number of units shown in each.
edges = ""
levels = 0
most = 1
inputs = 0
rows = 0
columns = 0
channels = 0
larger(a, b) = a > b ? a : b
widest = 0.
do for [i = 1:network_count] {
    if (network_run[i] eq network_run[1]) {
        edges = edges." ".i
        levels = larger(levels, network_level[i] + 1)
        most = larger(most, larger(network_from_place[i] + 1, network_to_place[i] + 1))
        if (network_level[i] == 0) { inputs = larger(inputs, network_from_unit[i] + 1) }
        widest = larger(widest, network_sigma[i] + 0)
        if (network_row[i] ne "") {
            rows = larger(rows, network_row[i] + 1)
            columns = larger(columns, network_column[i] + 1)
            channels = larger(channels, network_channel[i] + 1)
        }
    }
}
is_grid = levels == 1 && columns > 1
array counts[levels + 1]
do for [k = 1:levels + 1] { counts[k] = 0 }
do for [e in edges] {
    k = int(network_level[int(e)]) + 1
    counts[k] = larger(counts[k], network_from_place[int(e)] + 1)
    counts[k + 1] = larger(counts[k + 1], network_to_place[int(e)] + 1)
}

share = sprintf("%g %%", 100 * network_fraction[1])
units = network_units[1]
rule = is_grid ? sprintf("One of %s filters: the one that loses nearest to half of its weights. A cell is the edge from that pixel%s. ", \
        units, channels > 1 ? ", a block a channel" : "") \
    : sprintf("Of %s, the two of which most weights stay and the one of which fewest stay. ", \
        levels > 1 ? "each layer's units" : "the first layer's ".units." filters")
page_panels = 3
page_columns = 3
page_left = 16
page_right = 16
page_between = 16
page_least = 280
page_axis = is_grid ? 12 : 34
title_of(p) = p == 1 ? "numbers: the means" : p == 2 ? "densities: widths are the σ" \
    : sprintf("pruned: %s of the whole network's weights are gone", share)
page_widest_title = title_of(3)
page_notes = rule.(inputs > counts[1] ? "Not all inputs are drawn. " : "")."Blue: positive, red: negative; biases are not drawn. " \
    .of_run(network_method[1], network_run[1], network_method_runs[1])
eval page_grid
# In pixels from a panel's lower left corner; an image's channels are below each other.
wide = panel_wide(1)
cell = wide / larger(columns, rows)
spacing = most > 3 ? 64. : 118.
page_tall = is_grid ? channels * (rows * cell + 24) - 24 : spacing * (most - 1) + 50
eval page_measure
load "style.gp"

unset border
unset tics
unset grid
unset key
positive = "#0072B2"
negative = "#A34700"
sign_color(i) = network_mu[i] < 0 ? negative : positive
number(i) = abs(network_mu[i] + 0) < 0.00995 ? sprintf("%.1g", network_mu[i] + 0) : sprintf("%.2f", network_mu[i] + 0)
# An edge's ends, and the place of its number and density: where those of one unit's edges are as far from each other as
# from those of the next.
node_x(level) = 26. + level * (wide - 52) / levels
node_y(level, place) = page_tall / 2. + ((counts[level + 1] - 1) / 2. - place) * spacing
along(i) = 1. / (counts[int(network_level[i]) + 2] + 1)
from_x(i) = node_x(network_level[i])
to_x(i) = node_x(network_level[i] + 1)
from_y(i) = node_y(int(network_level[i]), network_from_place[i])
to_y(i) = node_y(int(network_level[i]) + 1, network_to_place[i])
cell_x(i) = (network_column[i] + 0.5) * cell
cell_y(i) = page_tall - network_channel[i] * (rows * cell + 24) - (network_row[i] + 0.5) * cell
at_x(i) = is_grid ? cell_x(i) : from_x(i) + larger(along(i), 27. * levels / (wide - 52)) * (to_x(i) - from_x(i))
at_y(i) = is_grid ? cell_y(i) : from_y(i) + along(i) * (to_y(i) - from_y(i))
goes(p, i) = p == 3 && network_stays[i] == 0

# Densities on one scale of widths; all of the same height, since those of the smallest sigmas would hide the rest.
bell_wide = is_grid ? 0.44 * cell : 22.
bell_tall = is_grid ? 0.6 * cell : larger(10, 0.8 * spacing / (most + 1))
bell_tall = bell_tall > 22 ? 22 : bell_tall
set print $bells
print "x,y,base"
do for [e in edges] {
    i = int(e)
    do for [k = -20:20] {
        z = k / 20. * 2.5
        # Up to 2.5 of its own sigmas; 2.5 of the widest one's fill the place.
        print sprintf("%.2f,%.2f,%.2f", at_x(i) + z / 2.5 * bell_wide * network_sigma[i] / widest, \
            at_y(i) + bell_tall * (exp(-0.5 * z * z) - (is_grid ? 0.5 : 0.3)), at_y(i) - (is_grid ? 0.5 : 0.3) * bell_tall)
    }
    print ""
}
unset print

level_name(level) = level == 0 ? "input" : level == levels && levels > 1 ? "classes" \
    : (name = "", sum [e = 1:words(edges)] (i = int(word(edges, e)), name = network_level[i] + 1 == level ? network_layer[i] : name, 0), name)
set multiplot
do for [panel = 1:3] {
    p = panel
    tag = 2000
    title = title_of(p)
    eval panel_place
    set xrange [0:wide]
    set yrange [0:page_tall]
    do for [e in edges] {
        i = int(e)
        tag = tag + 1
        if (is_grid) {
            x = cell_x(i)
            y = cell_y(i)
            set object tag rectangle from x - cell / 2, y - cell / 2 to x + cell / 2, y + cell / 2 fillstyle empty \
                border linecolor rgb (goes(p, i) ? "#DDDDDD" : faint) linewidth 0.8
        } else { if (goes(p, i)) {
            set arrow tag from from_x(i), from_y(i) to to_x(i), to_y(i) nohead linecolor rgb "#BBBBBB" linewidth 0.8 dashtype 3
        } else {
            set arrow tag from from_x(i), from_y(i) to to_x(i), to_y(i) nohead linecolor rgb sign_color(i) linewidth 1 \
                back
        } }
        if (p != 2 && !goes(p, i)) {
            # Lines do not cross a number.
            if (!is_grid) {
                half = 0.36 * text_size(9) * strlen(number(i))
                set object tag rectangle from at_x(i) - half, at_y(i) - 7 to at_x(i) + half, at_y(i) + 7 \
                    fillcolor rgb "white" fillstyle solid 1 noborder front
            }
            set label tag number(i) at at_x(i), at_y(i) center font font_of(is_grid && cell > 50 ? 10 : 9) textcolor rgb sign_color(i) front
        }
    }
    if (!is_grid) { do for [level = 0:levels] {
        tag = tag + 1
        set label tag level_name(level) at node_x(level), -16 center font font_of(9) textcolor rgb faint
        do for [place = 0:counts[level + 1] - 1] {
        tag = tag + 1
        set object tag circle at node_x(level), node_y(level, place) size 7 fillstyle solid 1 border linecolor rgb faint \
            fillcolor rgb "white" front
    } } }
    if (p == 2) {
        plot $bells using (column("x")):(column("y")):(column("base")) with filledcurves fillcolor rgb "#009E73" fillstyle solid 0.6, \
             $bells using (column("x")):(column("y")) with lines linecolor rgb "#00513B" linewidth 1
    } else { plot -1e6 }
    do for [j = 2001:tag] { unset label j; unset arrow j; unset object j }
}
unset multiplot
