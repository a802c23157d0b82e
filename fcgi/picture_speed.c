/*
 * How long computations of this site took, by the position that was asked for, for
 * each method and radix; on logarithmic axes, where a power law is a straight line and
 * its exponent the slope.
 */
#include "config.h"

#include "fcgi/picture.h"
#include "fcgi/picture_path.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

enum { LEFT = 92, RIGHT = 696, TOP = 70, BOTTOM = 404 };

/* A line joins only what is not further apart than this: between others nothing is
 * known. */
static const double joined = 10;

/* Powers of ten between which all values lie. */
struct axes {
    int least_n, most_n, least_s, most_s;
};

static size_t
count_all(const struct pictures *p)
{
    size_t count = 0;
    for (size_t i = 0; i < PICTURE_SERIES; i++)
        count += p->series[i].count;
    return count;
}

static struct axes
make_axes(const struct pictures *p)
{
    double least = INFINITY, most = DBL_MIN, first = INFINITY, last = 1;
    for (size_t i = 0; i < PICTURE_SERIES; i++) {
        for (size_t k = 0; k < p->series[i].count; k++) {
            const struct store_speed *speed = &p->series[i].speeds[k];
            least = fmin(least, speed->wall_s);
            most = fmax(most, speed->wall_s);
            first = fmin(first, (double)speed->position);
            last = fmax(last, (double)speed->position);
        }
    }
    struct axes axes = {
        .least_n = (int)floor(log10(first)),
        .most_n = (int)ceil(log10(last)),
        .least_s = (int)floor(log10(least)),
        .most_s = (int)ceil(log10(most)),
    };
    axes.most_n += axes.most_n == axes.least_n;
    axes.most_s += axes.most_s == axes.least_s;
    return axes;
}

static double
x_of(const struct axes *axes, double position)
{
    double share = (log10(position) - axes->least_n) / (axes->most_n - axes->least_n);
    return LEFT + share * (RIGHT - LEFT);
}

static double
y_of(const struct axes *axes, double seconds)
{
    double share = (log10(seconds) - axes->least_s) / (axes->most_s - axes->least_s);
    return BOTTOM - share * (BOTTOM - TOP);
}

static void
draw_grid(enum lang lang, struct dict *svg, const struct axes *axes)
{
    for (int power = axes->least_n; power <= axes->most_n; power++) {
        struct dict *d = dict_section(svg, VIEW_COLUMN);
        dict_setf(d, VIEW_X, "%.1f", x_of(axes, pow(10, power)));
        dict_set_int(d, VIEW_POWER, power);
        /* Small pictures have no room for more than six. */
        if (axes->most_n - axes->least_n > 5 && (axes->most_n - power) % 2 != 0)
            dict_section(d, VIEW_ODD);
    }
    for (int power = axes->least_s; power <= axes->most_s; power++) {
        struct dict *d = dict_section(svg, VIEW_LINE);
        char label[TEXT_SPAN_SIZE], number[TEXT_NUMBER_SIZE];
        dict_setf(d, VIEW_Y, "%.1f", y_of(axes, pow(10, power)));
        if (power < 0)
            text_span(lang, label, pow(10, power));
        else
            text_fill(label, sizeof label, text_get(lang, TEXT_UNIT_SECONDS), "n",
                      text_number(lang, number, (uint64_t)llround(pow(10, power))),
                      NULL);
        dict_set(d, VIEW_LABEL, label);
    }
}

static void
draw_series(struct dict *svg, const struct axes *axes,
            const struct picture_series *series, int kind)
{
    struct dict *d = dict_section(svg, VIEW_SERIES);
    struct picture_path path;
    picture_path_begin(&path);
    for (size_t i = 0; i < series->count; i++) {
        const struct store_speed *speed = &series->speeds[i];
        bool apart = i == 0 || (double)speed->position >
                                   joined * (double)series->speeds[i - 1].position;
        picture_path_add(&path, "%s%.1f %.1f", apart ? "M" : "L",
                         x_of(axes, (double)speed->position),
                         y_of(axes, speed->wall_s));
    }
    picture_path_set(&path, d, VIEW_PATH);
    dict_set_int(d, VIEW_KIND, kind);
    dict_set_int(d, VIEW_X, LEFT + kind % 2 * 310);
    dict_set_int(d, VIEW_Y, 18 + kind / 2 * 27);
    dict_set(d, VIEW_NAME, algorithm_name(series->method));
    dict_set_int(d, VIEW_RADIX, series->radix);
}

void
picture_speed_draw(struct dict *svg, const struct pictures *p)
{
    if (count_all(p) == 0) {
        dict_section(svg, VIEW_EMPTY_ALL);
        return;
    }
    struct axes axes = make_axes(p);
    struct dict *chart = dict_section(svg, VIEW_CHART);
    draw_grid(p->lang, chart, &axes);
    for (int i = 0; i < PICTURE_SERIES; i++)
        if (p->series[i].count > 0)
            draw_series(chart, &axes, &p->series[i], i);
}

void
picture_speed_tell(struct dict *figure, const struct pictures *p)
{
    picture_column(figure, text_get(p->lang, TEXT_COLUMN_ASKED));
    picture_column(figure, text_get(p->lang, TEXT_COLUMN_ALGORITHM));
    picture_column(figure, text_get(p->lang, TEXT_COLUMN_RADIX));
    picture_column(figure, text_get(p->lang, TEXT_COLUMN_TIME));
    picture_column(figure, text_get(p->lang, TEXT_COLUMN_CPU));
    for (size_t i = 0; i < PICTURE_SERIES; i++) {
        const struct picture_series *series = &p->series[i];
        for (size_t k = 0; k < series->count; k++) {
            const struct store_speed *speed = &series->speeds[k];
            char number[TEXT_NUMBER_SIZE], span[TEXT_SPAN_SIZE] = "";
            struct dict *row =
                picture_row(figure, text_number(p->lang, number, speed->position));
            dict_setf(dict_section(row, VIEW_LINK), VIEW_HREF, "/computations/%" PRId64,
                      speed->id);
            picture_cell(row, algorithm_name(series->method));
            picture_cell(row, series->radix == 16 ? "16" : "10");
            picture_cell(row, text_span(p->lang, span, speed->wall_s));
            picture_cell(
                row, speed->cpu_s < 0 ? "" : text_span(p->lang, span, speed->cpu_s));
        }
    }
}

void
picture_speed_say(char text[PICTURE_SENTENCE], const struct pictures *p)
{
    char number[TEXT_NUMBER_SIZE];
    size_t count = count_all(p);
    text_fill(text, PICTURE_SENTENCE,
              count == 0 ? text_get(p->lang, TEXT_SPEED_NONE)
                         : text_plural(p->lang, TEXT_SPEED_WORDS, count),
              "count", text_number(p->lang, number, count), NULL);
    if (count > 0)
        picture_say_more(text, text_get(p->lang, TEXT_SPEED_CHOICE));
}
