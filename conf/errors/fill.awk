# Makes an error page: awk -v name=404 -f fill.awk pages page.html. Its texts are still
# marked for templates/localize.awk.

FILENAME ~ /pages$/ {
    if ($0 !~ /^#/ && split($0, part, " [|] ") >= 3 && part[1] == name) {
        title = part[2]
        text = part[3]
        seconds = part[4]
    }
    next
}

FNR == 1 && title == "" {
    print "there is no error page " name > "/dev/stderr"
    exit 1
}

/^@REFRESH@$/ {
    if (seconds != "")
        print "<meta http-equiv=\"refresh\" content=\"" seconds "\">"
    next
}

{
    if ((at = index($0, "@TITLE@")) > 0)
        $0 = substr($0, 1, at - 1) title substr($0, at + 7)
    if ((at = index($0, "@TEXT@")) > 0)
        $0 = substr($0, 1, at - 1) text substr($0, at + 6)
    print
}
