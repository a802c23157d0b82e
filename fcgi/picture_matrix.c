/*
 * The digits themselves, line by line, each a coloured square. All squares of one
 * digit are one SVG path of strokes as wide as a square, which takes five bytes a
 * digit. Where there is room the digit stands in its square.
 */
#include "config.h"

#include "fcgi/picture.h"
#include "fcgi/picture_path.h"

#include <stdio.h>
#include <string.h>

enum { SIDE = 720, LEGEND = 40, TABLE_LINE = 50 };

/* How many digits are shown, and how. */
struct matrix {
    size_t count, columns, rows;
    double width, height; /* of a square */
    bool written;         /* the digits stand in their squares */
};

static struct matrix
make_matrix(const struct pictures *p)
{
    struct matrix m = {.count = p->count < PICTURE_CELLS ? p->count : PICTURE_CELLS};
    m.columns = m.count <= 100 ? 10 : m.count <= 1000 ? 40 : 100;
    m.rows = m.count / m.columns;
    m.width = (double)SIDE / (double)m.columns;
    m.height = (double)(SIDE - LEGEND) / (double)m.rows;
    m.written = m.count <= 1000;
    return m;
}

/* The strokes of all squares of DIGIT, in units of squares. */
static void
draw_squares(struct dict *svg, const struct pictures *p, const struct matrix *m,
             char digit)
{
    struct picture_path path;
    struct dict *squares = dict_section(svg, VIEW_SQUARES);
    int row = -1, column = 0; /* where the pen is */
    picture_path_begin(&path);
    for (size_t i = 0; i < m->count; i++) {
        int y = (int)(i / m->columns), x = (int)(i % m->columns);
        if (p->digits[i] != digit)
            continue;
        if (row < 0)
            picture_path_add(&path, "M%d %d.5h1", x, y);
        else
            picture_path_add(&path, "m%d %dh1", x - column, y - row);
        row = y;
        column = x + 1;
    }
    dict_setf(squares, VIEW_DIGIT, "%c", digit);
    picture_path_set(&path, squares, VIEW_PATH);
}

/* The digits of a row that are on dark squares, or on bright ones, with where each
 * stands. */
static void
write_row(struct dict *svg, const struct pictures *p, const struct matrix *m,
          size_t row, bool dark)
{
    struct picture_path places, text;
    const char *line = p->digits + row * m->columns;
    const char middle = p->radix == 16 ? '8' : '5';
    struct dict *d = dict_section(svg, dark ? VIEW_ON_DARK : VIEW_ON_BRIGHT);
    picture_path_begin(&places);
    picture_path_begin(&text);
    for (size_t i = 0; i < m->columns; i++) {
        if ((line[i] < middle) != dark)
            continue;
        picture_path_add(&places, "%.1f ", ((double)i + 0.5) * m->width);
        picture_path_add(&text, "%c", line[i]);
    }
    picture_path_set(&places, d, VIEW_X);
    picture_path_set(&text, d, VIEW_DIGITS);
    dict_setf(d, VIEW_Y, "%.1f", ((double)row + 0.5) * m->height);
}

static void
draw_legend(struct dict *svg, const struct pictures *p)
{
    double place = (double)SIDE / p->radix;
    for (int i = 0; i < p->radix; i++) {
        struct dict *d = dict_section(svg, VIEW_LEGEND);
        dict_setf(d, VIEW_DIGIT, "%x", (unsigned)i);
        dict_setf(d, VIEW_X, "%.1f", i * place + place / 2 - 18);
        dict_setf(d, VIEW_X2, "%.1f", i * place + place / 2 + 5);
    }
}

void
picture_matrix_draw(struct dict *svg, const struct pictures *p)
{
    struct matrix m = make_matrix(p);
    dict_setf(svg, VIEW_SCALE, "%.4f %.4f", m.width, m.height);
    for (int i = 0; i < p->radix; i++)
        draw_squares(svg, p, &m, "0123456789abcdef"[i]);
    if (m.written)
        dict_setf(svg, VIEW_SIZE, "%.0f", m.columns == 10 ? 34.0 : 14.0);
    for (size_t row = 0; m.written && row < m.rows; row++) {
        write_row(svg, p, &m, row, true);
        write_row(svg, p, &m, row, false);
    }
    draw_legend(svg, p);
}

void
picture_matrix_tell(struct dict *figure, const struct pictures *p)
{
    struct matrix m = make_matrix(p);
    picture_column(figure, text_get(p->lang, TEXT_COLUMN_POSITION));
    picture_column(figure, text_get(p->lang, TEXT_COLUMN_DIGITS));
    for (size_t i = 0; i < m.count; i += TABLE_LINE) {
        char number[TEXT_NUMBER_SIZE], line[TABLE_LINE + 1];
        size_t length = m.count - i < TABLE_LINE ? m.count - i : TABLE_LINE;
        memcpy(line, p->digits + i, length);
        line[length] = '\0';
        picture_cell(picture_row(figure, text_number(p->lang, number, i + 1)), line);
    }
}

void
picture_matrix_say(char text[PICTURE_SENTENCE], const struct pictures *p)
{
    struct matrix m = make_matrix(p);
    char number[TEXT_NUMBER_SIZE], columns[TEXT_NUMBER_SIZE], radix[12], top[2];
    snprintf(radix, sizeof radix, "%d", p->radix);
    snprintf(top, sizeof top, "%x", (unsigned)(p->radix - 1) & 15);
    text_fill(text, PICTURE_SENTENCE, text_get(p->lang, TEXT_MATRIX_WORDS), "n",
              text_number(p->lang, number, m.count), "radix", radix, "columns",
              text_number(p->lang, columns, m.columns), "top", top, NULL);
}
