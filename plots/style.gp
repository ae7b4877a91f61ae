# plots/style.gp: how every figure looks. Scripts load it first; it sets the terminal from what draw.sh hands over.
# Scripts whose size depends on how many series there are load series.gp before they set figure_size.

load "series.gp"

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
set border 3 linecolor rgb faint linewidth 0.8
set grid linetype 1 linecolor rgb "#DDDDDD" linewidth 0.6
set tics nomirror out scale 0.5 textcolor rgb "black"
set format "%g"
set key noautotitle
set style fill transparent solid 0.18 noborder
note_font = ",8"
panel_font = ",11"

# What the data are, above all panels: a stand-in must not be mistaken for the real thing.
synthetic = strstrt(data_source, "SYNTHETIC") > 0
unofficial = strstrt(data_source, "not the official files") > 0
head_color = synthetic ? alarm : "#000000"
head_line = (synthetic ? "SYNTHETIC data in place of " : "").named("dataset", dataset) \
            .(chosen eq "" ? "" : ", ".(each eq "method" ? short_method(chosen) : named(each, chosen))).(dataset eq "" ? "" : ": ").figure_title
# A long line is set smaller, to fit the page. The svg terminal takes ":Bold" for part of the family's name.
head_fits = word(figure_size, 1) / (9.9 * strlen(head_line))
head_font = sprintf(terminal_name eq "svg" ? ",%.1f" : "sans-serif:Bold,%.1f", \
                    (terminal_name eq "svg" ? 14 : 13) * (head_fits < 1 ? head_fits : 1))
source_line = synthetic || unofficial ? data_source : ""
set label 1 head_line at screen 0.5, screen 1 offset 0, -1.1 center font head_font textcolor rgb head_color
set label 2 source_line at screen 0.5, screen 1 offset 0, -2.3 center font note_font textcolor rgb head_color
