/*
 * Pictures of digits, and of how fast they were computed: SVG that the program makes,
 * and beside each a sentence and a table that say the same.
 *
 * Each picture is a row of one table (picture.c) and a file of its own
 * (picture_NAME.c) with three functions: draw() fills the template of the SVG,
 * tell() a table of numbers for the page, and say() makes the sentence, which is
 * the alternative text, too. Geometry is made in C, as numbers and as data of SVG
 * paths; everything else, the colours included, is in templates/picture_*.tpl. A
 * picture follows the visitor's light or dark theme by its own style sheet.
 *
 * A picture of digits shows the first n of a radix, n a power of ten, and never
 * changes; that of speeds changes when another computation is among those that it
 * shows.
 *
 * All functions may be called by any thread with its own context, store or dictionary;
 * they change nothing else.
 */
#ifndef NTHPI_PICTURE_H
#define NTHPI_PICTURE_H

#include "common/statistics.h"
#include "common/store_statistics.h"
#include "fcgi/app.h"
#include "fcgi/text.h"
#include "fcgi/view.h"

#include <stdbool.h>
#include <stdint.h>

/* Digits that a picture shows: a power of ten, from and to. */
#define PICTURE_LEAST UINT64_C(100)
#define PICTURE_MOST  POSITION_MAX

/* Digits that are drawn one by one: of the matrix, and steps of the walk. */
enum { PICTURE_CELLS = 10000, PICTURE_STEPS = 1000000 };

/* The series of the picture of speeds: each method with a radix that it knows. */
enum { PICTURE_SERIES = 4, PICTURE_SENTENCE = 1536 };
struct picture_series {
    enum algorithm method;
    int radix;
    size_t count;
    struct store_speed speeds[STORE_SPEEDS_MAX];
};

/* What pictures are made of. */
struct pictures {
    enum lang lang; /* of what is said about them */
    int radix;
    uint64_t number; /* n; 0: there are not enough digits for any */
    struct published prefix;
    struct statistics counts;
    char *digits; /* the first `count` of them: all n, or PICTURE_STEPS */
    size_t count;
    struct picture_series series[PICTURE_SERIES];
};

/* Whether the first n digits can be shown. */
enum picture_state {
    PICTURE_KNOWN,
    PICTURE_UNCOUNTED, /* they are published, and will be counted soon */
    PICTURE_UNKNOWN,   /* they are not published here */
};
enum picture_state picture_state(struct store *store, const struct published *prefix,
                                 uint64_t number);

/* The next function's result; not DIGITS_OK means that it had STORE_OK. */
struct picture_rc {
    enum store_rc store;
    enum digits_rc digits;
};

/*
 * Reads and counts the first NUMBER digits of PREFIX, what is published, which can be
 * shown, into *P, which is all zero; the caller frees it with pictures_clear() whatever
 * is returned.
 */
struct picture_rc pictures_read(struct context *ctx, const struct published *prefix,
                                uint64_t number, struct pictures *p);

/* The same for the speeds. */
enum store_rc pictures_read_speeds(struct store *store, struct pictures *p);

void pictures_clear(struct pictures *p);

/* ---- picture_version.c ---- */

/* A number that changes with the COUNT VALUES. Pure. */
uint64_t picture_version(const int64_t *values, size_t count);

/* One that changes with the speeds, as they are at REVISION, the present one; within
 * store_begin_read(). They are read once for all who ask at this revision. */
enum store_rc picture_speeds_version(struct context *ctx, int64_t revision,
                                     uint64_t *version);

/* ---- the pictures ---- */

struct picture {
    const char *name;          /* "walk": /pictures/walk.svg */
    const char *template_name; /* "picture_walk.tpl" */
    enum text_key title;
    int width, height; /* of its view box, pixels at its usual size */
    bool of_digits;    /* made of digits, not of speeds */
    uint64_t most;     /* so many digits are shown at most */
    void (*draw)(struct dict *svg, const struct pictures *p);
    void (*tell)(struct dict *figure, const struct pictures *p);
    void (*say)(char text[PICTURE_SENTENCE], const struct pictures *p);
};

enum { PICTURE_COUNT = 5 };
extern const struct picture pictures[PICTURE_COUNT];

/* The picture of PATH, "/pictures/NAME.svg", or NULL. */
const struct picture *picture_find(const char *path);

/* Shows the link to the pictures of the first NUMBER digits of PREFIX, or of as many of
 * them as there are pictures of, in D's section PICTURES; nothing for too few, or when
 * not all of them are known. */
void picture_link(enum lang lang, struct dict *d, const struct published *prefix,
                  uint64_t number);

/* Chi-squared of P's digits and what to think of it, in words. */
void picture_say_chance(char text[PICTURE_SENTENCE], const struct pictures *p);

/* Each row of the table of pictures has these. */
#define PICTURE(name)                                                                  \
    void picture_##name##_draw(struct dict *svg, const struct pictures *p);            \
    void picture_##name##_tell(struct dict *figure, const struct pictures *p);         \
    void picture_##name##_say(char text[PICTURE_SENTENCE], const struct pictures *p)
PICTURE(frequencies);
PICTURE(matrix);
PICTURE(walk);
PICTURE(transitions);
PICTURE(speed);
#undef PICTURE

/* VALUE for people, rounded to DECIMALS (0 to 3), with separators and a real minus;
 * with PLUS, also where it is positive, a plus. Returns OUT. */
char *picture_number(enum lang lang, char out[TEXT_NUMBER_SIZE], double value,
                     int decimals, bool plus);

/* A mean of counts: with one decimal where it is no whole number. Returns OUT. */
char *picture_mean(enum lang lang, char out[TEXT_NUMBER_SIZE], double value);

/* ---- picture_words.c ---- */

/* Counts of single digits, or of pairs of digits: how often each of the kinds 0, 1, …
 * comes; the pair of a and b is number a * radix + b. */
struct picture_counts {
    int radix, kinds;
    bool pairs;
    uint64_t counts[STATISTICS_KINDS * STATISTICS_KINDS];
};

/* Appends to TEXT which of C come most and least often, and with whom they share that.
 */
void picture_say_extremes(enum lang lang, char text[PICTURE_SENTENCE],
                          const struct picture_counts *c);

/* Appends SENTENCE to TEXT, which may be "". */
void picture_say_more(char text[PICTURE_SENTENCE], const char *sentence);

/* The number whose plural form (text_plural()) fits a MEAN as picture_mean() shows it:
 * with a decimal it takes the form of two in all languages here. */
uint64_t picture_plural(double mean);

/* ---- the table beside a picture ---- */

/* One more heading of a column, from left to right; the first is that of the rows. */
void picture_column(struct dict *figure, const char *label);

/* One more row with its heading; and its cells, from left to right. */
struct dict *picture_row(struct dict *figure, const char *label);
void picture_cell(struct dict *row, const char *value);

#endif
