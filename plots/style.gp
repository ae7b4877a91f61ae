# plots/style.gp: the look of every figure. Scripts load it first; it sets the terminal from draw.sh's variables.
# Scripts whose size depends on their content load page.gp, which measures, before it.

load "series.gp"
if (!exists("page_panels")) { load "page.gp" }

# draw.sh sets terminal_name and output_file, and page_scale: the points of a pixel in print. figure_size is the script's,
# "WIDTH HEIGHT" in pixels of the SVG. A PNG has paper_dots of its own for each of these.
figure_wide = word(figure_size, 1) + 0
figure_high = word(figure_size, 2) + 0
# A script with a fixed width is scaled down.
figure_fits = figure_wide > page_width ? 1. * page_width / figure_wide : 1
if (figure_fits < 1) {
    print sprintf("%s is laid out for another width: its smallest text is set in %.1f points", figure_title, 8 * figure_fits * page_scale)
}
print_scale = page_scale * figure_fits
dots = png_dots * figure_fits
if (terminal_name eq "svg") {
    set terminal svg size figure_wide, figure_high dynamic noenhanced font "sans-serif,11" background "white" linewidth 1
} else { if (terminal_name eq "gif") {
    set terminal gif animate delay (exists("frame_delay") ? frame_delay : 50) loop 0 optimize size figure_wide, figure_high noenhanced font "sans-serif,10" background "white"
} else { if (terminal_name eq "pdfcairo") {
    set terminal pdfcairo size figure_wide * print_scale / 72., figure_high * print_scale / 72. noenhanced font "sans-serif,11" \
        background "white" fontscale print_scale linewidth 2 * print_scale pointscale 2 * print_scale
} else {
    set terminal pngcairo size int(dots * figure_wide + 0.5), int(dots * figure_high + 0.5) noenhanced font "sans-serif,11" \
        background "white" fontscale 0.95 * dots linewidth dots pointscale dots
} } }
# For an animation as numbered pictures, output_file is the directory, and each frame sets its own output.
if (terminal_name ne "frames") { set output output_file }

set datafile separator comma
set datafile columnheaders
set border 3 linecolor rgb faint linewidth 0.8
set grid linetype 1 linecolor rgb "#DDDDDD" linewidth 0.6
set tics nomirror out scale 0.5 textcolor rgb "black"
set format "%g"
set key noautotitle
set style fill transparent solid 0.18 noborder
# Tics only take a font from a variable.
note_font = font_of(8)
tic_font = font_of(9)
panel_font = font_of(11)

# The head, above all panels. A long line is set smaller, to fit, unless page.gp has given it more lines. draw.sh makes an
# SVG's text bold if the family's name says so.
head_color = head_alarm ? alarm : "#000000"
head_is_wrapped = exists("head_wrapped")
head_fits = head_is_wrapped ? 1 : smaller(1, figure_wide / (9.9 * strlen(head_line)))
facts_fits = head_is_wrapped ? 1 : smaller(1, figure_wide / (5.4 * at_least(1, strlen(facts_line))))
head_font = sprintf("sans-serif:Bold,%.1f", head_size * head_fits)
source_line = facts_line
set label 1 (head_is_wrapped ? head_wrapped : head_line) at screen 0.5, 1 - 16. / figure_high center \
    font head_font textcolor rgb head_color
set label 2 (head_is_wrapped ? facts_wrapped : facts_line) at screen 0.5, \
    1 - (11. + line_high * head_size * (head_is_wrapped ? lines_of(head_wrapped) : 1) + 0.7 * text_size(9)) / figure_high center \
    font sprintf(",%.1f", text_size(9) * facts_fits) textcolor rgb synthetic ? alarm : faint
