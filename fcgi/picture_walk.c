/*
 * A walk in the plane: each digit d is a step of length 1 into the direction d / radix
 * of a full turn, clockwise from the top.
 *
 * If digits were drawn by chance, the steps would be independent and cancel each other
 * on average, so that the mean of the squared distance after n steps is n: a walk gets
 * sqrt(n) far (root mean square). The circle of that radius around the start is drawn,
 * too.
 */
#include "config.h"

#include "fcgi/picture.h"
#include "fcgi/picture_path.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* The walk's box within the picture; points that are drawn, at most; pieces of the
 * line, each in a colour of its own; rows of the table. */
enum { FROM = 40, SPAN = 640, POINTS = 5000, PIECES = 10, ROWS = 20 };

struct point {
    double x, y; /* to the right and up */
};

/* The points of a walk that are drawn. */
struct walk {
    size_t every, count; /* one for so many steps; how many, the start included */
    struct point points[POINTS + 1];
    struct point least, most; /* of all that is drawn, the circle included */
};

static void
make_walk(const struct pictures *p, struct walk *w)
{
    struct point steps[STATISTICS_KINDS], at = {0, 0};
    double radius = sqrt((double)p->count);
    for (int i = 0; i < p->radix; i++) {
        double angle = 2 * M_PI * i / p->radix;
        steps[i] = (struct point){sin(angle), cos(angle)};
    }
    w->every = (p->count + POINTS - 1) / POINTS;
    w->points[0] = at;
    w->count = 1;
    w->least = (struct point){-radius, -radius};
    w->most = (struct point){radius, radius};
    for (size_t i = 0; i < p->count; i++) {
        char digit = p->digits[i];
        const struct point *step =
            &steps[digit <= '9' ? digit - '0' : digit - 'a' + 10];
        at.x += step->x;
        at.y += step->y;
        if ((i + 1) % w->every == 0) {
            w->least = (struct point){fmin(w->least.x, at.x), fmin(w->least.y, at.y)};
            w->most = (struct point){fmax(w->most.x, at.x), fmax(w->most.y, at.y)};
            w->points[w->count++] = at;
        }
    }
}

/* From steps to the picture: a point, and how long a step is. */
static struct point
place(const struct walk *w, struct point at, double *scale)
{
    double width = w->most.x - w->least.x, height = w->most.y - w->least.y;
    *scale = SPAN / fmax(width, height);
    return (struct point){
        FROM + SPAN / 2.0 + (at.x - (w->least.x + w->most.x) / 2) * *scale,
        FROM + SPAN / 2.0 - (at.y - (w->least.y + w->most.y) / 2) * *scale,
    };
}

/* The line from point number FIRST to LAST. */
static void
draw_piece(struct dict *svg, const struct walk *w, int piece, size_t first, size_t last)
{
    struct picture_path path;
    struct dict *d = dict_section(svg, VIEW_PIECE);
    picture_path_begin(&path);
    for (size_t i = first; i <= last; i++) {
        double scale;
        struct point at = place(w, w->points[i], &scale);
        picture_path_add(&path, i == first ? "M%.1f %.1f" : " %.1f %.1f", at.x, at.y);
    }
    dict_set_int(d, VIEW_KIND, piece);
    picture_path_set(&path, d, VIEW_PATH);
}

/* Which digit is which direction, in the corner. */
static void
draw_compass(struct dict *svg, const struct pictures *p)
{
    for (int i = 0; i < p->radix; i++) {
        double angle = 2 * M_PI * i / p->radix;
        struct dict *d = dict_section(svg, VIEW_DIRECTION);
        dict_setf(d, VIEW_DIGIT, "%x", (unsigned)i);
        dict_setf(d, VIEW_X, "%.1f", 48 * sin(angle));
        dict_setf(d, VIEW_Y, "%.1f", -48 * cos(angle));
        dict_setf(d, VIEW_X2, "%.1f", 34 * sin(angle));
        dict_setf(d, VIEW_Y2, "%.1f", -34 * cos(angle));
    }
}

/* Marks the START or the END at AT. The circle keeps the start off the edges. */
static void
mark(struct dict *svg, enum view_key section, struct point at)
{
    bool leftwards = section == VIEW_END && at.x > FROM + SPAN - 80;
    struct dict *d = dict_section(svg, section);
    dict_setf(d, VIEW_X, "%.1f", at.x);
    dict_setf(d, VIEW_Y, "%.1f", at.y);
    dict_setf(d, VIEW_X2, "%.1f", at.x + (leftwards ? -11 : 11));
    if (leftwards)
        dict_section(d, VIEW_LEFTWARDS);
}

void
picture_walk_draw(struct dict *svg, const struct pictures *p)
{
    struct walk *w = calloc(1, sizeof *w);
    double scale;
    if (w == NULL) {
        dict_lack();
        return;
    }
    make_walk(p, w);
    struct point start = place(w, w->points[0], &scale);
    dict_setf(svg, VIEW_X, "%.1f", start.x);
    dict_setf(svg, VIEW_Y, "%.1f", start.y);
    dict_setf(svg, VIEW_RADIUS, "%.1f", sqrt((double)p->count) * scale);
    for (int i = 0; i < PIECES; i++)
        draw_piece(svg, w, i, (w->count - 1) * (size_t)i / PIECES,
                   (w->count - 1) * (size_t)(i + 1) / PIECES);
    mark(svg, VIEW_START, start);
    mark(svg, VIEW_END, place(w, w->points[w->count - 1], &scale));
    draw_compass(svg, p);
    free(w);
}

static void
add_number(enum lang lang, struct dict *row, double value)
{
    char text[TEXT_NUMBER_SIZE];
    picture_cell(row, picture_number(lang, text, value, 1, false));
}

void
picture_walk_tell(struct dict *figure, const struct pictures *p)
{
    struct walk *w = calloc(1, sizeof *w);
    if (w == NULL) {
        dict_lack();
        return;
    }
    make_walk(p, w);
    picture_column(figure, text_get(p->lang, TEXT_COLUMN_STEPS));
    picture_column(figure, text_get(p->lang, TEXT_COLUMN_RIGHT));
    picture_column(figure, text_get(p->lang, TEXT_COLUMN_UP));
    picture_column(figure, text_get(p->lang, TEXT_COLUMN_DISTANCE));
    for (size_t i = 1; i <= ROWS; i++) {
        size_t point = (w->count - 1) * i / ROWS;
        const struct point *at = &w->points[point];
        char number[TEXT_NUMBER_SIZE];
        struct dict *row =
            picture_row(figure, text_number(p->lang, number, point * w->every));
        add_number(p->lang, row, at->x);
        add_number(p->lang, row, at->y);
        add_number(p->lang, row, hypot(at->x, at->y));
    }
    free(w);
}

void
picture_walk_say(char text[PICTURE_SENTENCE], const struct pictures *p)
{
    struct walk *w = calloc(1, sizeof *w);
    char number[TEXT_NUMBER_SIZE], distance[TEXT_NUMBER_SIZE],
        expected[TEXT_NUMBER_SIZE];
    text[0] = '\0';
    if (w == NULL) {
        dict_lack();
        return;
    }
    make_walk(p, w);
    const struct point *end = &w->points[w->count - 1];
    text_fill(text, PICTURE_SENTENCE, text_get(p->lang, TEXT_WALK_WORDS), "n",
              text_number(p->lang, number, p->count), "distance",
              text_number(p->lang, distance, (uint64_t)llround(hypot(end->x, end->y))),
              "expected",
              text_number(p->lang, expected, (uint64_t)llround(sqrt((double)p->count))),
              NULL);
    free(w);
}
