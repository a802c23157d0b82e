# After web_medians.awk: a program for gnuplot that draws the time from a commit to the
# answers over the number of those who wait.

END {
    print "set terminal svg size 860,520 font 'sans-serif,13' background '#ffffff'"
    print "set logscale xy"
    print "set format x '%.0f'"
    print "set format y '%g'"
    print "set xlabel 'polls that wait'"
    print "set ylabel 'milliseconds from the commit'"
    print "set key left top"
    print "set grid lc rgb '#dddddd'"
    print "$fanout << end"
    tics = ""
    for (i = 1; i <= steps; i++) {
        w = step[i]
        if (!(w in fan_middle)) continue
        tics = tics (tics == "" ? "" : ", ") w
        print w, fan_middle[w], fan_late[w], fan_last[w], fan_worst[w]
    }
    print "end"
    if (tics == "") exit
    print "set xtics (" tics ")"
    split(tics, ends, ", ")
    print "set xrange [" ends[1] * .8 ":" w * 1.25 "]"
    print "plot $fanout using 1:5 with linespoints lw 1 pt 6 ps .5 title 'last, worst round', \\"
    print "  '' using 1:4 with linespoints lw 2 pt 7 ps .5 title 'last', \\"
    print "  '' using 1:3 with linespoints lw 2 pt 7 ps .5 title '99 of 100', \\"
    print "  '' using 1:2 with linespoints lw 3 pt 7 ps .5 title 'median'"
}
