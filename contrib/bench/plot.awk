# After medians.awk: a program for gnuplot that draws wall time over decimal digits.

END {
    print "set terminal svg size 860,560 font 'sans-serif,13' background '#ffffff'"
    print "set logscale xy"
    print "set format x '10^{%L}'"
    print "set format y '%g'"
    print "set xlabel 'decimal digits of pi'"
    print "set ylabel 'seconds to the text in a file (median)'"
    print "set key left top"
    print "set grid lc rgb '#dddddd'"
    line = ""
    for (p = 1; p <= kind_programs["decimal"]; p++) {
        name = kind_program["decimal", p]
        points = ""
        for (i = 1; i <= kinds_n["decimal"]; i++) {
            n = kind_n["decimal", i]
            if (("decimal", n, name) in wall)
                points = points n " " wall["decimal", n, name] "\n"
        }
        if (points == "" || name == "empty process") continue
        blocks++
        printf "$block%d << end\n%send\n", blocks, points
        line = line (line == "" ? "" : ", ") "$block" blocks \
            " with linespoints lw " (name ~ /^nthpi/ ? 3 : 1) " pt 7 ps 0.5 title '" name "'"
    }
    if (line != "") print "plot " line
}
