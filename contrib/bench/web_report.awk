# After web_medians.awk: the report of contrib/bench/web. The variable plot is the name
# of the picture's file, or empty.

END {
    print "# The site beside other ways to make one\n"
    print "Written by `contrib/bench/web`, which started and measured all of it in one run on"
    print "one machine, the clients on it, too; its `--help` tells how. What is compared took"
    print "turns, so that whatever else the machine did met all of it; ratios say more than"
    print "figures. Medians over the turns or rounds.\n"
    print "| | |\n|---|---|"
    for (i = 1; i <= heads; i++) print "| " head_name[i] " | " head_value[i] " |"
    print "\n## Targets of the site\n"
    targets()
    print "\n## Requests\n"
    requests()
    if (steps > 0) fanouts()
    waiting()
    if (size["rows"] > 0) growth()
}

function targets(    w, n) {
    print "S is the static file, H the FastCGI program that says hello. What was not measured"
    print "counts as open.\n"
    print "| what | target | measured | |\n|---|---:|---:|---|"
    least("main page, unchanged data, against H", 1.3, ratio("page", "hello"))
    least("main page, 10 changes a second, against H", 1, ratio("changing", "hello"))
    least("304 against H", 1.8, ratio("304", "hello"))
    least("micro-cached page against S", .85, ratio("micro-cache", "static"))
    least("main page against the aiohttp page", 8, ratio("page", "aiohttp"))
    most("10,000 waiters, commit to the last answer, ms", 250, fan(fan_last, 10000))
    most("10,000 waiters, median, ms", 130, fan(fan_middle, 10000))
    most("10,000 waiters, errors in 20 rounds", 0,
        fan_rounds[10000] >= 20 ? fan_others[10000] : "")
    most("1,000 waiters, 99 of 100, ms", 30, fan(fan_late, 1000))
    most("100 waiters, 99 of 100, ms", 5, fan(fan_late, 100))
    most("bytes of nthpi-fcgi's memory for a waiter", 200, memory())
    most("growth of that with a change, bytes", 1, grown())
    most("main page, " grouped(size["rows"]) " rows against 100", 1.1,
        ratio("main page, small", "main page, large"))
    most("POST to `taken`, ms", 10, posted)
}

function requests(    names, titles, n, i) {
    n = split("static|hello|page|changing|304|micro-cache|aiohttp|static, gzip|page, gzip" \
        "|changing, gzip|micro-cache, gzip", names, "|")
    split("static file of the page's size (S)|FastCGI hello, 4 threads (H)|main page" \
        "|main page, 10 changes a second|304|micro-cached main page|aiohttp" \
        "|static file, gzip|main page, gzip|main page, 10 changes a second, gzip" \
        "|micro-cached main page, gzip", titles, "|")
    print "The main page with 50 rows, " grouped(size["page"]) " bytes. With gzip, as browsers"
    print "ask for it, it is " grouped(size["short"]) " bytes, and S is a file of these. All"
    print "through the same nginx. H and aiohttp are as their authors' first examples are:"
    print "four threads, each blocked in FCGX_Accept_r(), a connection for every request; one"
    print "process. CPU time is in microseconds a request: it says where the time goes, and"
    print "hardly depends on what else the machine does.\n"
    print "| what | requests/s | median ms | p99 ms | against S | against H | CPU of nginx " \
        "| CPU of the program | errors |"
    print "|---|---:|---:|---:|---:|---:|---:|---:|---:|"
    for (i = 1; i <= n; i++) {
        if (!(names[i] in rate)) {
            printf "| %s | not measured: %s | | | | | | | |\n", titles[i],
                ("rate", names[i]) in reason ? reason["rate", names[i]] : ""
            continue
        }
        printf "| %s | %s | %.2f | %.2f | %s | %s | %.1f | %.1f | %d |\n", titles[i],
            grouped(rate[names[i]]), middle[names[i]], late[names[i]],
            shown(ratio(names[i], names[i] ~ /gzip$/ ? "static, gzip" : "static")), shown(ratio(names[i], "hello")),
            cpu_nginx[names[i]], cpu_program[names[i]], errors[names[i]]
    }
}

function fanouts(    i, part) {
    print "\n## From a commit to those who wait\n"
    if (plot != "") print "![Time to the answers over the number of polls](" plot ")\n"
    print "Polls of `/updates` wait through nginx; a change of one row is committed, and the"
    print "time from the end of COMMIT to each whole answer (" grouped(fan_bytes["fanout"]) \
        " bytes of JSON) is"
    print "taken; then all ask again. Milliseconds.\n"
    fanout_head()
    for (i = 1; i <= steps; i++) fanout_row(step[i], step[i])
    if (short_steps > 0) {
        print "\nThe same with gzip, as browsers ask (" grouped(fan_bytes["short"]) " bytes):\n"
        fanout_head()
        for (i = 1; i <= short_steps; i++)
            fanout_row("short" SUBSEP short_step[i], short_step[i])
    }
    for (i in reason)
        if (i ~ /^(fanout|flat|short)/) {
            split(i, part, SUBSEP)
            print "\nNot measured, " part[1] " " part[2] ": " reason[i] "."
        }
    print "\nMemory of nthpi-fcgi that no file is behind, when all wait:\n"
    print "| waiters | KiB |\n|---:|---:|"
    printf "| 0 | %d |\n", parked[0]
    for (i = 1; i <= steps; i++) printf "| %s | %d |\n", grouped(step[i]), parked[step[i]]
    if (flat_rounds > 5)
        printf "\nWith %s waiters it was %d KiB after a fifth of %d changes, and %d KiB after all.\n",
            grouped(flat_waiters), flat_first, flat_rounds, flat_last
}

function fanout_head() {
    print "| waiters | rounds | median | p99 | last | last, worst round | COMMIT | errors |"
    print "|---:|---:|---:|---:|---:|---:|---:|---:|"
}

function fanout_row(w, count) {
    if (w in fan_rounds)
        printf "| %s | %d | %.1f | %.1f | %.1f | %.1f | %.1f | %d |\n", grouped(count),
            fan_rounds[w], fan_middle[w], fan_late[w], fan_last[w], fan_worst[w],
            commit[w], fan_others[w]
}

function waiting() {
    print "\n## From a question to a worker\n"
    printf "%d computations, each asked for when the site had nothing else to do. ", questions
    printf "From `registered` to\n`taken`: median %s ms. ", shown(taken)
    printf "From before the POST to `taken`: median %s ms. (The rows'\n", shown(posted)
    print "times are in milliseconds.)"
}

function growth(    pages, i, n, one, other) {
    print "\n## " grouped(size["rows"]) " rows beside 100\n"
    print "| page | requests/s, 100 rows | requests/s, " grouped(size["rows"]) \
        " rows | cost | in CPU time of nthpi-fcgi |\n|---|---:|---:|---:|---:|"
    n = split("main page|deep page|filter", pages, "|")
    for (i = 1; i <= n; i++) {
        one = pages[i] ", small"
        other = pages[i] ", large"
        if (one in rate && other in rate)
            printf "| %s | %s | %s | %.2f | %.2f |\n", pages[i], grouped(rate[one]),
                grouped(rate[other]), ratio(one, other),
                quotient(cpu_program[other], cpu_program[one])
    }
    print "\nThe deep page begins in the middle of the list, the filter is for status and radix."
}

# How often NAME's rate is OTHER's, or "". What gave errors has none.
function ratio(name, other) {
    if (!(name in rate) || !(other in rate) || errors[name] + errors[other] > 0 ||
        rate[other] == 0) return ""
    return rate[name] / rate[other]
}

function quotient(x, y) {
    return y > 0 ? x / y : 0
}

function fan(values, w) {
    return w in values ? values[w] : ""
}

# Bytes a waiter: from the first number of waiters that is not small to the largest. What
# the program makes once, it has made by then.
function memory(    i, few, many) {
    for (i = 1; i < steps && step[i] < 1000; i++) continue
    few = step[i]
    many = step[steps]
    return many > few && parked[many] > 0 ? \
        (parked[many] - parked[few]) * 1024 / (many - few) : ""
}

# Bytes a waiter and change, after the first fifth of the changes. The least that a poll
# could leave behind is 16.
function grown() {
    return flat_rounds > 5 ? (flat_last - flat_first) * 1024 / \
        (flat_waiters * (flat_rounds - int((flat_rounds + 4) / 5))) : ""
}

function most(what, limit, value) {
    verdict(what, "at most " limit, value, value <= limit)
}

function least(what, limit, value) {
    verdict(what, "at least " limit, value, value >= limit)
}

function verdict(what, limit, value, met) {
    printf "| %s | %s | %s | %s |\n", what, limit,
        value == "" ? "not measured" : shown(value), value != "" && met ? "met" : "open"
}

function shown(x) {
    return x == "" ? "" : sprintf(x == int(x) ? "%d" : x < 10 ? "%.2f" : "%.1f", x)
}

function grouped(n,    out) {
    n = sprintf("%.0f", n)
    while (length(n) > 3) {
        out = "," substr(n, length(n) - 2) out
        n = substr(n, 1, length(n) - 3)
    }
    return n out
}
