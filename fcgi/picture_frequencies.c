/*
 * How often each digit comes, as bars up and down from the count that is expected.
 *
 * A count of n digits that are drawn by chance, each with p = 1 / radix, is binomial:
 * its mean is n p, its standard deviation sqrt(n p (1 - p)), and for the n here it is
 * close to normal, so 95 of 100 such counts lie within 1.96 deviations of the mean:
 * the band. All counts together are judged by Pearson's chi-squared, which then has
 * radix - 1 degrees of freedom (Abramowitz and Stegun, section 26.4).
 */
#include "config.h"

#include "fcgi/picture.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

/* The drawing's area within the picture. */
enum { LEFT = 76, RIGHT = 704, TOP = 28, BOTTOM = 400, MIDDLE = (TOP + BOTTOM) / 2 };

static const double band = 1.96;

static double
expected(const struct pictures *p)
{
    return (double)p->number / p->radix;
}

/* By how much the count of DIGIT differs from what is expected. */
static double
difference(const struct pictures *p, int digit)
{
    return (double)p->counts.digits[digit] - expected(p);
}

/* VALUE with a sign, and a decimal only where it is no whole number. */
static void
print_difference(enum lang lang, char text[TEXT_NUMBER_SIZE], double value)
{
    bool whole = fabs(value - round(value)) < 1e-9;
    picture_number(lang, text, value, whole ? 0 : 1, true);
}

/* The largest of 1, 2 and 5 times a power of ten that fits RANGE three times. */
static double
tick_step(double range)
{
    double power = pow(10, floor(log10(range / 3)));
    double rest = range / 3 / power;
    return power * (rest >= 5 ? 5 : rest >= 2 ? 2 : 1);
}

static void
draw_ticks(enum lang lang, struct dict *svg, double range, double scale)
{
    double step = tick_step(range);
    for (int i = (int)ceil(-range / step); i <= range / step; i++) {
        struct dict *tick = dict_section(svg, VIEW_TICK);
        char label[TEXT_NUMBER_SIZE];
        print_difference(lang, label, i * step);
        dict_setf(tick, VIEW_Y, "%.1f", MIDDLE - i * step * scale);
        dict_set(tick, VIEW_LABEL, label);
        if (i % 2 != 0)
            dict_section(tick, VIEW_ODD);
    }
}

void
picture_frequencies_draw(struct dict *svg, const struct pictures *p)
{
    double deviation = statistics_deviation(p->radix, p->number);
    double range = 2.6 * deviation;
    for (int i = 0; i < p->radix; i++)
        range = fmax(range, 1.15 * fabs(difference(p, i)));
    double scale = (MIDDLE - TOP) / range;
    double place = (double)(RIGHT - LEFT) / p->radix;

    dict_setf(svg, VIEW_BAND_TOP, "%.1f", MIDDLE - band * deviation * scale);
    dict_setf(svg, VIEW_BAND_HEIGHT, "%.1f", 2 * band * deviation * scale);
    draw_ticks(p->lang, svg, range, scale);
    for (int i = 0; i < p->radix; i++) {
        struct dict *bar = dict_section(svg, VIEW_BAR);
        double height = difference(p, i) * scale, x = LEFT + i * place;
        char label[TEXT_NUMBER_SIZE];
        print_difference(p->lang, label, difference(p, i));
        dict_setf(bar, VIEW_X, "%.1f", x + place * 0.2);
        dict_setf(bar, VIEW_Y, "%.1f", MIDDLE - fmax(height, 0));
        dict_setf(bar, VIEW_WIDTH, "%.1f", place * 0.6);
        dict_setf(bar, VIEW_HEIGHT, "%.1f", fmax(fabs(height), 1));
        dict_setf(bar, VIEW_X2, "%.1f", x + place / 2);
        dict_setf(bar, VIEW_Y2, "%.1f", MIDDLE - height + (height < 0 ? 17 : -7));
        dict_set(bar, VIEW_LABEL, label);
        dict_setf(bar, VIEW_DIGIT, "%x", (unsigned)i);
        if (fabs(difference(p, i)) > band * deviation)
            dict_section(bar, VIEW_OUTSIDE);
    }
}

void
picture_frequencies_tell(struct dict *figure, const struct pictures *p)
{
    double deviation = statistics_deviation(p->radix, p->number);
    char text[TEXT_NUMBER_SIZE];
    picture_column(figure, text_get(p->lang, TEXT_COLUMN_DIGIT));
    picture_column(figure, text_get(p->lang, TEXT_COLUMN_COUNT));
    picture_column(figure, text_get(p->lang, TEXT_COLUMN_DIFFERENCE));
    picture_column(figure, text_get(p->lang, TEXT_COLUMN_DEVIATIONS));
    for (int i = 0; i < p->radix; i++) {
        snprintf(text, sizeof text, "%x", (unsigned)i);
        struct dict *row = picture_row(figure, text);
        picture_cell(row, text_number(p->lang, text, p->counts.digits[i]));
        print_difference(p->lang, text, difference(p, i));
        picture_cell(row, text);
        picture_number(p->lang, text, difference(p, i) / deviation, 2, true);
        picture_cell(row, text);
    }
}

void
picture_frequencies_say(char text[PICTURE_SENTENCE], const struct pictures *p)
{
    double limit = band * statistics_deviation(p->radix, p->number);
    char number[TEXT_NUMBER_SIZE], mean[TEXT_NUMBER_SIZE], radix[12], out[12],
        sentence[TEXT_SIZE];
    struct picture_counts counts = {.radix = p->radix, .kinds = p->radix};
    unsigned outside = 0;
    for (int i = 0; i < p->radix; i++) {
        counts.counts[i] = p->counts.digits[i];
        outside += fabs(difference(p, i)) > limit;
    }
    snprintf(radix, sizeof radix, "%d", p->radix);
    snprintf(out, sizeof out, "%u", outside);
    text_fill(text, PICTURE_SENTENCE,
              text_plural(p->lang, TEXT_FREQUENCIES_WORDS, picture_plural(expected(p))),
              "n", text_number(p->lang, number, p->number), "radix", radix, "expected",
              picture_mean(p->lang, mean, expected(p)), NULL);
    picture_say_extremes(p->lang, text, &counts);
    text_fill(sentence, sizeof sentence,
              outside == 0 ? text_get(p->lang, TEXT_BAND_HOLDS_ALL)
                           : text_plural(p->lang, TEXT_BAND_HOLDS_MOST, outside),
              "radix", radix, "outside", out, NULL);
    picture_say_more(text, sentence);
}

void
picture_say_chance(char text[PICTURE_SENTENCE], const struct pictures *p)
{
    double x = statistics_chi_squared(p->counts.digits, p->radix);
    double chance = statistics_chance(p->radix - 1, x);
    char value[TEXT_NUMBER_SIZE], freedom[12], share[TEXT_NUMBER_SIZE];
    enum text_key key = chance < 0.01   ? TEXT_CHANCE_RARE
                        : chance < 0.05 ? TEXT_CHANCE_UNEVEN
                        : chance > 0.99 ? TEXT_CHANCE_EVEN
                                        : TEXT_CHANCE_USUAL;
    picture_number(p->lang, value, x, 2, false);
    snprintf(freedom, sizeof freedom, "%d", p->radix - 1);
    picture_number(p->lang, share, 100 * chance, chance < 0.001 ? 3 : 1, false);
    text_fill(text, PICTURE_SENTENCE, text_get(p->lang, key), "value", value, "freedom",
              freedom, "share", share, NULL);
}
