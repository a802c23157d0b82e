/*
 * Which digit follows which, as a chord diagram: around a circle each digit has an arc
 * as long as it is frequent, and for each two digits a ribbon joins their arcs. At
 * either end it is as wide as the digit there is often followed by the other.
 *
 * An arc begins with its digit's neighbour to the left and ends with that to the right
 * and with the digit itself, so that ribbons from one arc do not cross each other.
 */
#include "config.h"

#include "fcgi/picture.h"

#include <math.h>
#include <stdio.h>

/* The circle's inner radius, where ribbons end; that of the middle of its arcs, and of
 * its labels. The gap between two arcs, in radians. */
enum { INNER = 292, MIDDLE = 302, OUTER = 330 };
static const double gap = 0.03;

struct part {
    double from, to; /* angles in radians, clockwise from the top */
};

/* Where everything is. */
struct chords {
    struct part arcs[STATISTICS_KINDS];
    struct part ends[STATISTICS_KINDS][STATISTICS_KINDS]; /* [a][b]: on a's arc */
};

static void
make_chords(const struct pictures *p, struct chords *c)
{
    int radix = p->radix;
    double at = 0, turn = 2 * M_PI - radix * gap;
    double unit = turn / (double)(p->counts.length - 1);
    for (int a = 0; a < radix; a++) {
        c->arcs[a].from = at;
        for (int i = 1; i <= radix; i++) {
            int b = (a - i + 2 * radix) % radix;
            c->ends[a][b].from = at;
            at += (double)p->counts.pairs[a][b] * unit;
            c->ends[a][b].to = at;
        }
        c->arcs[a].to = at;
        at += gap;
    }
}

static double
x_of(double angle, double radius)
{
    return radius * sin(angle);
}

static double
y_of(double angle, double radius)
{
    return -radius * cos(angle);
}

/* "A" of an SVG path along the circle of RADIUS to PART's end. */
static void
print_arc(char text[96], const struct part *part, double radius)
{
    snprintf(text, 96, "A%g %g 0 %d 1 %.1f %.1f", radius, radius,
             part->to - part->from > M_PI, x_of(part->to, radius),
             y_of(part->to, radius));
}

static void
draw_arc(struct dict *svg, const struct part *arc, int digit)
{
    struct dict *d = dict_section(svg, VIEW_ARC);
    double middle = (arc->from + arc->to) / 2;
    char text[96];
    print_arc(text, arc, MIDDLE);
    dict_setf(d, VIEW_DIGIT, "%x", (unsigned)digit);
    dict_setf(d, VIEW_PATH, "M%.1f %.1f%s", x_of(arc->from, MIDDLE),
              y_of(arc->from, MIDDLE), text);
    dict_setf(d, VIEW_X, "%.1f", x_of(middle, OUTER));
    dict_setf(d, VIEW_Y, "%.1f", y_of(middle, OUTER));
}

/* The ribbon between A and B, in the colour of the one that the other follows more
 * often. */
static void
draw_ribbon(struct dict *svg, const struct pictures *p, const struct chords *c, int a,
            int b)
{
    const struct part *one = &c->ends[a][b], *other = &c->ends[b][a];
    int colour = p->counts.pairs[a][b] >= p->counts.pairs[b][a] ? a : b;
    char first[96], second[96];
    if (p->counts.pairs[a][b] + p->counts.pairs[b][a] == 0)
        return;
    struct dict *d = dict_section(svg, VIEW_RIBBON);
    print_arc(first, one, INNER);
    print_arc(second, other, INNER);
    dict_setf(d, VIEW_DIGIT, "%x", (unsigned)colour);
    if (a == b)
        dict_setf(d, VIEW_PATH, "M%.1f %.1f%sQ%.1f %.1f %.1f %.1fZ",
                  x_of(one->from, INNER), y_of(one->from, INNER), first,
                  x_of((one->from + one->to) / 2, INNER * 0.7),
                  y_of((one->from + one->to) / 2, INNER * 0.7), x_of(one->from, INNER),
                  y_of(one->from, INNER));
    else
        dict_setf(d, VIEW_PATH, "M%.1f %.1f%sQ0 0 %.1f %.1f%sQ0 0 %.1f %.1fZ",
                  x_of(one->from, INNER), y_of(one->from, INNER), first,
                  x_of(other->from, INNER), y_of(other->from, INNER), second,
                  x_of(one->from, INNER), y_of(one->from, INNER));
}

void
picture_transitions_draw(struct dict *svg, const struct pictures *p)
{
    struct chords c;
    make_chords(p, &c);
    for (int a = 0; a < p->radix; a++)
        for (int b = a; b < p->radix; b++)
            draw_ribbon(svg, p, &c, a, b);
    for (int a = 0; a < p->radix; a++)
        draw_arc(svg, &c.arcs[a], a);
}

void
picture_transitions_tell(struct dict *figure, const struct pictures *p)
{
    char text[TEXT_NUMBER_SIZE];
    picture_column(figure, text_get(p->lang, TEXT_COLUMN_FOLLOWED));
    for (int b = 0; b < p->radix; b++) {
        snprintf(text, sizeof text, "%x", (unsigned)b);
        picture_column(figure, text);
    }
    for (int a = 0; a < p->radix; a++) {
        snprintf(text, sizeof text, "%x", (unsigned)a);
        struct dict *row = picture_row(figure, text);
        for (int b = 0; b < p->radix; b++)
            picture_cell(row, text_number(p->lang, text, p->counts.pairs[a][b]));
    }
}

void
picture_transitions_say(char text[PICTURE_SENTENCE], const struct pictures *p)
{
    char number[TEXT_NUMBER_SIZE], mean[TEXT_NUMBER_SIZE], radix[12], pairs[12];
    struct picture_counts counts = {
        .radix = p->radix, .kinds = p->radix * p->radix, .pairs = true};
    double expected = (double)(p->number - 1) / counts.kinds;
    for (int i = 0; i < counts.kinds; i++)
        counts.counts[i] = p->counts.pairs[i / p->radix][i % p->radix];
    snprintf(radix, sizeof radix, "%d", p->radix);
    snprintf(pairs, sizeof pairs, "%d", counts.kinds);
    text_fill(text, PICTURE_SENTENCE,
              text_plural(p->lang, TEXT_TRANSITIONS_WORDS, picture_plural(expected)),
              "n", text_number(p->lang, number, p->number), "radix", radix, "pairs",
              pairs, "expected", picture_mean(p->lang, mean, expected), NULL);
    picture_say_extremes(p->lang, text, &counts);
}
