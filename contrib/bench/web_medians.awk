# After median.awk. Reads what contrib/bench/web measured, one record per line, fields
# parted by tabs:
#
#     head NAME VALUE
#     size WHAT NUMBER
#     rate NAME REQUESTS_A_SECOND MEDIAN P99 ERRORS          milliseconds, and
#         CPU_OF_NGINX CPU_OF_PROGRAM                        microseconds a request
#     taken SINCE_REGISTERED SINCE_POST                      microseconds
#     fanout ..., short ... and flat ...                     see tests/load/load --help
#     missing KIND NAME REASON
#
# and finds medians: rate[NAME], middle[NAME], late[NAME], cpu_nginx[NAME] and
# cpu_program[NAME]; in milliseconds taken and posted; and, in milliseconds, for each
# number of waiters w = step[i], i = 1 .. steps, over all rounds the medians
# fan_middle[w], fan_late[w] (99 of 100 waiters have it by then) and fan_last[w], the
# worst last one fan_worst[w], and how many other ends than answers there were,
# fan_others[w]; for polls that ask for gzip they have the index ("short", w), and steps
# are short_step[i], i = 1 .. short_steps. Memory, KiB: parked[w] when w wait, flat_first and flat_last after a
# fifth and after all of the rounds that it must not grow with.

BEGIN { FS = "\t" }

$1 == "head" {
    heads++
    head_name[heads] = $2
    head_value[heads] = $3
}

$1 == "size" { size[$2] = $3 }

$1 == "missing" { reason[$2, $3] = $4 }

$1 == "rate" {
    i = ++turns[$2]
    all_rate[$2, i] = $3
    all_middle[$2, i] = $4
    all_late[$2, i] = $5
    all_nginx[$2, i] = $7
    all_program[$2, i] = $8
    errors[$2] += $6
}

$1 == "taken" {
    questions++
    all_taken["", questions] = $2 / 1000
    all_posted["", questions] = $3 / 1000
}

$1 == "fanout" && $2 == "parked" {
    parked[$3] = $5
    if ($3 > 0) step[++steps] = $3
}

$1 == "short" && $2 == "parked" && $3 > 0 { short_step[++short_steps] = $3 }

($1 == "fanout" || $1 == "short") && $2 == "round" {
    w = $1 == "short" ? $1 SUBSEP $3 : $3
    i = ++fan_rounds[w]
    fan_others[w] += $6
    all_commit[w, i] = $7 / 1000
    all_fan_middle[w, i] = $8 / 1000
    all_fan_late[w, i] = $9 / 1000
    all_fan_last[w, i] = $10 / 1000
    if ($10 / 1000 > fan_worst[w]) fan_worst[w] = $10 / 1000
    fan_bytes[$1] = $11
}

$1 == "flat" && $2 == "round" {
    flat_waiters = $3
    flat_rounds++
    flat_others += $6
    all_flat[flat_rounds] = $13
}

END {
    for (name in turns) {
        rate[name] = median(all_rate, name, turns[name])
        middle[name] = median(all_middle, name, turns[name])
        late[name] = median(all_late, name, turns[name])
        cpu_nginx[name] = median(all_nginx, name, turns[name])
        cpu_program[name] = median(all_program, name, turns[name])
    }
    for (w in fan_rounds) {
        fan_middle[w] = median(all_fan_middle, w, fan_rounds[w])
        fan_late[w] = median(all_fan_late, w, fan_rounds[w])
        fan_last[w] = median(all_fan_last, w, fan_rounds[w])
        commit[w] = median(all_commit, w, fan_rounds[w])
    }
    flat_first = all_flat[int((flat_rounds + 4) / 5)]
    flat_last = all_flat[flat_rounds]
    if (questions > 0) {
        taken = median(all_taken, "", questions)
        posted = median(all_posted, "", questions)
    }
}
