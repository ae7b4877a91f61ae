# plots/svg.awk: what gnuplot's svg terminal cannot do: the figure's head as its title, which a browser shows and a screen reader
# reads; bold texts, for which the scripts use the family "sans-serif:Bold" (only the head); and, for print, its width and height.
#
#   width    in millimetres; 0: none, and a page chooses the size

{
    lines[NR] = $0
    if ($0 ~ /font-family="sans-serif:Bold"/)
        is_head = 1
    if (is_head && match($0, /<text>.*<\/text>/))
        head = head (head == "" ? "" : " ") substr($0, RSTART + 6, RLENGTH - 13)
    if ($0 ~ /^[ \t]*<\/g>/)
        is_head = 0
    if (match($0, /viewBox="0 0 [0-9.]+ [0-9.]+"/))
        split(substr($0, RSTART + 13, RLENGTH - 14), size, " ")
}
END {
    for (i = 1; i <= NR; i++) {
        line = lines[i]
        gsub(/font-family="sans-serif:Bold"/, "font-family=\"sans-serif\" font-weight=\"bold\"", line)
        if (head != "" && line == "<title>Gnuplot</title>")
            line = "<title>" head "</title>"
        if (width > 0 && line ~ /viewBox="/)
            line = sprintf(" width=\"%.2fmm\" height=\"%.2fmm\"", width, width * size[2] / size[1]) line
        print line
    }
}
