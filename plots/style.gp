# plots/style.gp: how every figure looks. Scripts load it first; it sets the terminal from what draw.sh hands over.
#
# A method keeps its colour and its marker, a criterion its dashes, in every figure. The colours are Okabe and Ito's, which
# stay apart for colour-blind readers. To add a method: a row `color_NAME` (first run, then the shades of further runs of
# the same method) and `marker_NAME`; one without them is drawn in gray.

color_vi = "#0072B2 #56B4E9 #003A5C"
color_map = "#009E73 #66C9AC #00513B"
color_mle = "#D55E00 #F0A070 #7A3600"
color_dropout = "#CC79A7 #E5BBD3 #7A3E61"
color_ensemble = "#E69F00 #F5CF80 #805800"
marker_vi = 7
marker_map = 5
marker_mle = 9
marker_dropout = 11
marker_ensemble = 13

dashes_snr = 1
dashes_log_p0 = 2
dashes_magnitude = 4
dashes_random = 3

talk_color = "#000000"
faint = "#666666"
alarm = "#B00000"

lookup(name, otherwise) = exists(name) ? value(name) : otherwise
# The name that readers see, from the registries in lib/; a name without a row stands for itself.
named(kind, name) = lookup("title_".kind."_".name, name)
shade(colors, rank) = word(colors, 1 + (rank - 1) % words(colors))
method_color(method, rank) = shade(lookup("color_".method, "#777777 #AAAAAA #333333"), rank)
method_marker(method) = lookup("marker_".method, 1)
criterion_dashes(criterion) = lookup("dashes_".criterion, 5)
# "VI: Gaussian mean field" is "VI" in a legend; the run is named only where a method has several.
short_method(method) = (name = named("method", method), cut = strstrt(name, ":"), cut ? name[1:cut - 1] : name)
has(lacks, column_name) = strstrt(lacks, " ".column_name." ") == 0
with_run(label, run, runs) = runs > 1 ? label." (".run.")" : label

# draw.sh hands over terminal_name and output_file; figure_size is the script's, "WIDTH HEIGHT" in pixels of the SVG.
if (terminal_name eq "svg") {
    set terminal svg size word(figure_size, 1) + 0, word(figure_size, 2) + 0 dynamic noenhanced font "sans-serif,11" \
        background "white" linewidth 1
} else { if (terminal_name eq "gif") {
    set terminal gif animate delay 50 loop 0 size word(figure_size, 1) + 0, word(figure_size, 2) + 0 noenhanced \
        font "sans-serif,10" background "white"
} else {
    set terminal pngcairo size 2 * word(figure_size, 1), 2 * word(figure_size, 2) noenhanced font "sans-serif,11" \
        background "white" fontscale 1.9 linewidth 2 pointscale 2
} }
set output output_file

set datafile separator comma
set datafile columnheaders
set encoding utf8
set border 3 linecolor rgb faint linewidth 0.8
set grid linetype 1 linecolor rgb "#DDDDDD" linewidth 0.6
set tics nomirror out scale 0.5 textcolor rgb "black"
set format "%g"
set key noautotitle
set style fill transparent solid 0.18 noborder
line_width = 1.8
note_font = ",8"
# The svg terminal takes ":Bold" for part of the family's name.
head_font = terminal_name eq "svg" ? ",14" : "sans-serif:Bold,13"
panel_font = ",11"

# What the data are, above all panels: a stand-in must not be mistaken for the real thing.
synthetic = strstrt(data_source, "SYNTHETIC") > 0
unofficial = strstrt(data_source, "not the official files") > 0
head_color = synthetic ? alarm : "#000000"
head_line = (synthetic ? "SYNTHETIC data in place of " : "").named("dataset", dataset) \
            .(chosen eq "" ? "" : ", ".(each eq "method" ? short_method(chosen) : named(each, chosen))).(dataset eq "" ? "" : ": ").figure_title
source_line = synthetic || unofficial ? data_source : ""
set label 1 head_line at screen 0.5, screen 1 offset 0, -1.1 center font head_font textcolor rgb head_color
set label 2 source_line at screen 0.5, screen 1 offset 0, -2.3 center font note_font textcolor rgb head_color
