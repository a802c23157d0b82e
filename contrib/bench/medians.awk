# After median.awk. Reads what contrib/bench/engine measured, one record per line,
# fields parted by tabs:
#
#     head NAME VALUE
#     time KIND N PROGRAM WALL CPU PEAK
#     missing KIND N PROGRAM REASON
#
# and finds the medians wall[KIND, N, PROGRAM] in seconds, cpu[] in seconds and peak[]
# in KiB. kind_n[KIND, i], i = 1 .. kinds_n[KIND], are the N of KIND, and
# kind_program[] with kind_programs[] its programs, in the order of their appearance.

BEGIN { FS = "\t" }

$1 == "head" {
    heads++
    head_name[heads] = $2
    head_value[heads] = $3
    next
}

{ appear($2, $3, $4) }

$1 == "time" {
    i = ++rounds[$2, $3, $4]
    all_wall[$2, $3, $4, i] = $5
    all_cpu[$2, $3, $4, i] = $6
    all_peak[$2, $3, $4, i] = $7
}

$1 == "missing" { reason[$2, $3, $4] = $5 }

END {
    for (key in rounds) {
        # A program that gave other digits, or failed once, has no times.
        if (key in reason) continue
        wall[key] = median(all_wall, key, rounds[key])
        cpu[key] = median(all_cpu, key, rounds[key])
        peak[key] = median(all_peak, key, rounds[key])
    }
}

function appear(kind, n, program) {
    if (!((kind, n) in seen_n)) {
        seen_n[kind, n] = 1
        kind_n[kind, ++kinds_n[kind]] = n
    }
    if (!((kind, program) in seen_program)) {
        seen_program[kind, program] = 1
        kind_program[kind, ++kind_programs[kind]] = program
    }
}
