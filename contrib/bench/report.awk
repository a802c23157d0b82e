# After medians.awk: the report of contrib/bench/engine. The variable plot is the name
# of the picture's file, or empty.

END {
    print "# The engine beside other programs\n"
    print "`contrib/bench/` is a folder with a program for each subject. This was written by"
    print "`contrib/bench/engine`, which measured all of it in one run; its `--help` tells"
    print "how. Wall time is from the start of a process to the text in a"
    print "file. Medians; the programs took turns, so what else the machine did at the"
    print "time met all of them. A program's times count only when its digits, but for"
    print "the last ten, are those of nthpi.\n"
    print "| | |\n|---|---|"
    for (i = 1; i <= heads; i++) print "| " head_name[i] " | " head_value[i] " |"

    print "\n## Targets\n"
    targets()

    print "\n## All digits\n"
    if (plot != "") print "![Wall time over the number of digits](" plot ")\n"
    print "\"Ratio\" is nthpi's wall time divided by the program's, so that less than 1 means"
    print "that nthpi is faster."
    tables("decimal", "digits")
    growth()

    if (kinds_n["hexadecimal"] > 0) {
        print "\n## Hexadecimal digits at a position\n"
        print "\"direct engine\" is nthpi's own term by term engine, \"kernel\" the engine by"
        print "primes with that kernel, without the rest of nthpi."
        tables("hexadecimal", "position")
    }
    if (kinds_n["convert"] > 0) {
        print "\n## From a fraction to decimal digits\n"
        print "Seconds in one process, with the powers that the conversion needs; mpz_get_str()"
        print "uses one thread.\n"
        print "| digits | nthpi | mpz_get_str | ratio |\n|---:|---:|---:|---:|"
        for (i = 1; i <= kinds_n["convert"]; i++) {
            n = kind_n["convert", i]
            printf "| %s | %s | %s | %s |\n", grouped(n), time("convert", n, "nthpi"),
                time("convert", n, "mpz_get_str"),
                shown(ratio("convert", n, "nthpi", "mpz_get_str"))
        }
    }
}

# One table for each N of KIND.
function tables(kind, word,    i, p, n, name) {
    for (i = 1; i <= kinds_n[kind]; i++) {
        n = kind_n[kind, i]
        printf "\n%s %s\n\n", word == "digits" ? grouped(n) : "Position",
            word == "digits" ? "digits" : grouped(n)
        print "| program | wall s | CPU s | peak MB | ratio |\n|---|---:|---:|---:|---:|"
        for (p = 1; p <= kind_programs[kind]; p++) {
            name = kind_program[kind, p]
            if ((kind, n, name) in wall)
                printf "| %s | %s | %s | %.1f | %s |\n", name, time(kind, n, name),
                    seconds(cpu[kind, n, name]), peak[kind, n, name] * 1024 / 1e6,
                    name == "empty process" ? "" : shown(ratio(kind, n, "nthpi", name))
            else
                printf "| %s | %s | | | |\n", name,
                    (kind, n, name) in reason ? reason[kind, n, name] : "not measured"
        }
    }
}

# How time grows with the number of digits, from 100,000 digits on.
function growth(    i, p, n, name, least, largest) {
    print "\nTime grows with the power of the number of digits between the sizes named:"
    print "\n| program | from | to | exponent |\n|---|---:|---:|---:|"
    for (p = 1; p <= kind_programs["decimal"]; p++) {
        name = kind_program["decimal", p]
        least = largest = 0
        for (i = 1; i <= kinds_n["decimal"]; i++) {
            n = kind_n["decimal", i] + 0
            if (n < 100000 || !(("decimal", kind_n["decimal", i], name) in wall)) continue
            if (!least || n < least) least = n
            if (n > largest) largest = n
        }
        if (name != "empty process" && largest > least)
            printf "| %s | %s | %s | %.2f |\n", name, grouped(least), grouped(largest),
                log(ratio_of_sizes(name, largest, least)) / log(largest / least)
    }
}

function ratio_of_sizes(name, n, other) {
    return wall["decimal", sprintf("%.0f", n), name] / \
        wall["decimal", sprintf("%.0f", other), name]
}

function targets(    p, name) {
    print "What was not measured counts as open.\n"
    print "| what | program | target | measured | |\n|---|---|---:|---:|---|"
    for (p = 1; p <= kind_programs["decimal"]; p++) {
        name = kind_program["decimal", p]
        if (name !~ /^nthpi/ || name == "nthpi, 1 thread") continue
        most("10^6 digits against gmp-chudnovsky", name, .42,
            ratio("decimal", 1000000, name, "gmp-chudnovsky"))
        most("10^7 digits against gmp-chudnovsky", name, .39,
            ratio("decimal", 10000000, name, "gmp-chudnovsky"))
        most("10^8 digits against Parallel-Chudnovsky-PI", name, .55,
            ratio("decimal", 100000000, name, "Parallel-Chudnovsky-PI"))
        most("10^7 digits against CLN's pi", name, .21,
            ratio("decimal", 10000000, name, "CLN pi"))
        most("peak memory at 10^8 digits, GB", name, 1.0,
            gigabytes("decimal", 100000000, name))
        most("10^4 digits above an empty process, ms", name, 5,
            above_empty("decimal", 10000, name))
    }
    most("conversion of 10^7 digits against mpz_get_str", "nthpi", .33,
        ratio("convert", 10000000, "nthpi", "mpz_get_str"))
    most("hexadecimal digit at 10^7 against Pi-BBP", "nthpi", 1 / 80,
        ratio("hexadecimal", 10000000, "nthpi", "Pi-BBP"))
    most("hexadecimal digit at 10^8 against Pi-BBP", "nthpi", 1 / 180,
        ratio("hexadecimal", 100000000, "nthpi", "Pi-BBP"))
    most("hexadecimal digit at 10^9 against the direct engine", "nthpi", 1 / 7,
        ratio("hexadecimal", 1000000000, "nthpi", "direct engine"))
    most("hexadecimal digit at 10^10 against the direct engine", "nthpi", 1 / 7,
        ratio("hexadecimal", 10000000000, "nthpi", "direct engine"))
    most("AVX2 kernel against the IFMA kernel at 10^8", "nthpi", 2,
        ratio("hexadecimal", 100000000, "kernel avx2", "kernel ifma"))
    most("portable kernel against the IFMA kernel at 10^8", "nthpi", 5,
        ratio("hexadecimal", 100000000, "kernel portable", "kernel ifma"))
    least("1 thread against all at 10^9, hexadecimal", "nthpi", 1.9,
        ratio("hexadecimal", 1000000000, "nthpi, 1 thread", "nthpi"))
    least("1 thread against all at 10^8 digits", "nthpi", 1.75,
        ratio("decimal", 100000000, "nthpi, 1 thread", "nthpi"))
}

function most(what, program, limit, value) {
    verdict(what, program, "at most " shown(limit), value, value <= limit)
}

function least(what, program, limit, value) {
    verdict(what, program, "at least " shown(limit), value, value >= limit)
}

function verdict(what, program, limit, value, met) {
    printf "| %s | %s | %s | %s | %s |\n", what, program, limit,
        value == "" ? "not measured" : shown(value),
        value != "" && met ? "met" : "open"
}

# The wall time of PROGRAM in units of OTHER's, or "".
function ratio(kind, n, program, other) {
    if (!((kind, n, program) in wall) || !((kind, n, other) in wall)) return ""
    return wall[kind, n, program] / wall[kind, n, other]
}

function gigabytes(kind, n, program) {
    if (!((kind, n, program) in peak)) return ""
    return peak[kind, n, program] * 1024 / 1e9
}

# Milliseconds of PROGRAM beyond those of a process that does nothing, or "".
function above_empty(kind, n, program) {
    if (!((kind, n, program) in wall) || !((kind, n, "empty process") in wall)) return ""
    return 1000 * (wall[kind, n, program] - wall[kind, n, "empty process"])
}

function time(kind, n, program) {
    return seconds(wall[kind, n, program])
}

function seconds(s) {
    return sprintf(s < .1 ? "%.4f" : s < 10 ? "%.3f" : "%.2f", s)
}

function shown(x) {
    return x == "" ? "" : sprintf(x < .1 ? "%.4f" : x < 10 ? "%.2f" : "%.1f", x)
}

function grouped(n,    out) {
    n = sprintf("%.0f", n)
    while (length(n) > 3) {
        out = "," substr(n, length(n) - 2) out
        n = substr(n, 1, length(n) - 3)
    }
    return n out
}
