/*
 * same FILE OTHER COUNT: exit status 0 when both files hold the same COUNT digits of
 * pi after the point.
 *
 * Programs write pi in different ways: after a heading or not, with or without a point,
 * in lines or not, rounded at the end or not. So in both files everything before the
 * first fourteen digits after the point is passed over, as is all that is no digit
 * behind them; and the caller asks for some digits fewer than were computed.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char start[] = "14159265358979";
enum { START = sizeof start - 1 };

/* Reads up to the end of START. Of what was found so far, only "141" has a proper part
 * at its end, "1", with which START begins, too. */
static int
find_start(FILE *file)
{
    int found = 0, c;

    while (found < START && (c = getc(file)) != EOF) {
        if (c == start[found]) {
            found++;
        } else if (found == 3 && c == start[1]) {
            found = 2;
        } else {
            found = c == start[0];
        }
    }
    return found == START;
}

static int
next_digit(FILE *file)
{
    int c;

    do {
        c = getc(file);
    } while (c != EOF && !isdigit(c));
    return c;
}

int
main(int argc, char **argv)
{
    FILE *a, *b;
    long count;

    if (argc != 4 || !(a = fopen(argv[1], "r")) || !(b = fopen(argv[2], "r"))) {
        fputs("usage: same FILE OTHER COUNT\n", stderr);
        return 2;
    }
    count = strtol(argv[3], NULL, 10);
    if (!find_start(a) || !find_start(b)) {
        return 1;
    }
    for (long i = START; i < count; i++) {
        int c = next_digit(a);

        if (c == EOF || c != next_digit(b)) {
            return 1;
        }
    }
    return 0;
}
