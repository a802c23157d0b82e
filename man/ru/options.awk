# The options in a translated nthpi.conf(5): awk -f options.awk OPTIONS PAGE, where OPTIONS
# is what "conf-example --manual" prints. A line @NAME@ of PAGE becomes the range, the
# default value and the programs of that option, so that the translation can't be wrong
# about them; an option without such a line, or such a line without an option, is an error.

function fail(message) {
    print "options.awk: " message > "/dev/stderr"
    failed = 1
    exit 1
}

# Behind the words of an option: "(1 to 64, default: 4;", "for nthpi-fcgi)".
FNR == NR {
    if ($1 == ".BI") {
        name = $2
    } else if (/^\(.*default: .*;$/) {
        text = $0
        if (match(text, /^\([0-9]+ to [0-9]+,/)) {
            split(substr(text, 2, RLENGTH - 2), range, " ")
            text = "(от " range[1] " до " range[3] substr(text, RLENGTH)
        }
        sub(/default: empty;$/, "default: нет;", text)
        sub(/default: /, "по умолчанию: ", text)
        told[name] = text
    } else if (/^for .*\)$/) {
        told[name] = told[name] "\nдля " substr($0, 5)
        gsub(/-/, "\\-", told[name])
    }
    next
}

/^@[a-z-]+@$/ {
    name = substr($0, 2, length($0) - 2)
    if (!(name in told))
        fail("there is no option " name)
    print told[name]
    delete told[name]
    next
}

{ print }

END {
    if (!failed)
        for (name in told)
            fail("nothing is said about the option " name)
}
