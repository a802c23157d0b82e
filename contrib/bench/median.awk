# The median of values[key, 1] .. values[key, count].
function median(values, key, count,    i, j, x, sorted) {
    for (i = 1; i <= count; i++) {
        x = values[key, i] + 0
        for (j = i - 1; j >= 1 && sorted[j] > x; j--) sorted[j + 1] = sorted[j]
        sorted[j + 1] = x
    }
    return (sorted[int((count + 1) / 2)] + sorted[int(count / 2) + 1]) / 2
}
