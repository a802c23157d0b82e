/*
 * The table of pictures, what they are made of, and what their tables share.
 */
#include "config.h"

#include "fcgi/picture.h"

#include "fcgi/damage.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* clang-format off */
const struct picture pictures[PICTURE_COUNT] = {
    {"frequencies", "picture_frequencies.tpl", TEXT_PICTURE_FREQUENCIES,
     720, 460, true, PICTURE_MOST,
     picture_frequencies_draw, picture_frequencies_tell, picture_frequencies_say},
    {"walk", "picture_walk.tpl", TEXT_PICTURE_WALK,
     720, 720, true, PICTURE_STEPS,
     picture_walk_draw, picture_walk_tell, picture_walk_say},
    {"matrix", "picture_matrix.tpl", TEXT_PICTURE_MATRIX,
     720, 720, true, PICTURE_CELLS,
     picture_matrix_draw, picture_matrix_tell, picture_matrix_say},
    {"transitions", "picture_transitions.tpl", TEXT_PICTURE_TRANSITIONS,
     720, 720, true, PICTURE_MOST,
     picture_transitions_draw, picture_transitions_tell, picture_transitions_say},
    {"speed", "picture_speed.tpl", TEXT_PICTURE_SPEED,
     720, 460, false, 0,
     picture_speed_draw, picture_speed_tell, picture_speed_say},
};
/* clang-format on */

const struct picture *
picture_find(const char *path)
{
    static const char folder[] = "/pictures/", type[] = ".svg";
    if (strncmp(path, folder, sizeof folder - 1) != 0)
        return NULL;
    path += sizeof folder - 1;
    for (size_t i = 0; i < PICTURE_COUNT; i++) {
        size_t length = strlen(pictures[i].name);
        if (strncmp(path, pictures[i].name, length) == 0 &&
            strcmp(path + length, type) == 0)
            return &pictures[i];
    }
    return NULL;
}

void
picture_link(enum lang lang, struct dict *d, const struct published *prefix,
             uint64_t number)
{
    char count[TEXT_NUMBER_SIZE];
    uint64_t n = PICTURE_LEAST;
    if (number < n || number > prefix->length)
        return;
    while (n <= number / 10)
        n *= 10;
    struct dict *link = dict_section(d, VIEW_PICTURES);
    dict_setf(link, VIEW_HREF, "/pictures?radix=%d&n=%" PRIu64, prefix->radix, n);
    dict_set(link, VIEW_COUNT, text_number(lang, count, n));
}

/* ---- what they are made of ---- */

enum picture_state
picture_state(struct store *store, const struct published *prefix, uint64_t number)
{
    if (number > prefix->length)
        return PICTURE_UNKNOWN;
    if (number > STATISTICS_AT_ONCE &&
        !store_has_statistics(store, prefix->radix, number))
        return PICTURE_UNCOUNTED;
    return PICTURE_KNOWN;
}

static enum digits_rc
read_digits(struct context *ctx, struct pictures *p)
{
    struct digits_file file;
    p->count = p->number < PICTURE_STEPS ? (size_t)p->number : PICTURE_STEPS;
    p->digits = malloc(p->count);
    if (p->digits == NULL)
        return DIGITS_NO_MEMORY;
    enum digits_rc rc = damage_open(ctx, &p->prefix, &file);
    if (rc != DIGITS_OK)
        return rc;
    rc = digits_read(&file, 1, p->count, p->digits);
    digits_close(&file);
    return rc;
}

struct picture_rc
pictures_read(struct context *ctx, const struct published *prefix, uint64_t number,
              struct pictures *p)
{
    struct picture_rc rc = {STORE_OK, DIGITS_OK};
    p->radix = prefix->radix;
    p->number = number;
    p->prefix = *prefix;
    if (number > STATISTICS_AT_ONCE)
        rc.store = store_statistics(ctx->store, p->radix, number, &p->counts);
    if (rc.store == STORE_OK)
        rc.digits = read_digits(ctx, p);
    if (rc.store == STORE_OK && rc.digits == DIGITS_OK &&
        number <= STATISTICS_AT_ONCE) {
        statistics_init(&p->counts, p->radix);
        statistics_add(&p->counts, p->digits, p->count);
    }
    return rc;
}

enum store_rc
pictures_read_speeds(struct store *store, struct pictures *p)
{
    static const struct {
        enum algorithm method;
        int radix;
    } all[PICTURE_SERIES] = {
        {ALGORITHM_CHUDNOVSKY, 10},
        {ALGORITHM_CHUDNOVSKY, 16},
        {ALGORITHM_SPIGOT, 10},
        {ALGORITHM_BBP, 16},
    };
    enum store_rc rc = STORE_OK;
    for (size_t i = 0; i < PICTURE_SERIES && rc == STORE_OK; i++) {
        struct picture_series *series = &p->series[i];
        series->method = all[i].method;
        series->radix = all[i].radix;
        rc = store_timings(store, series->radix, series->method, series->speeds,
                           &series->count);
    }
    return rc;
}

void
pictures_clear(struct pictures *p)
{
    free(p->digits);
    p->digits = NULL;
}

/* ---- numbers and tables ---- */

char *
picture_number(enum lang lang, char out[TEXT_NUMBER_SIZE], double value, int decimals,
               bool plus)
{
    static const uint64_t powers[] = {1, 10, 100, 1000};
    char whole[TEXT_NUMBER_SIZE], part[8];
    uint64_t scaled = (uint64_t)llround(fabs(value) * (double)powers[decimals]);
    const char *sign = scaled == 0 ? "" : value < 0 ? "\u2212" : plus ? "+" : "";
    text_number(lang, whole, scaled / powers[decimals]);
    snprintf(part, sizeof part, "%03u", (unsigned)(scaled % powers[decimals]) % 1000);
    snprintf(out, TEXT_NUMBER_SIZE, "%s%.24s%.4s%s", sign, whole,
             decimals > 0 ? text_get(lang, TEXT_NUMBER_DECIMAL) : "",
             part + 3 - decimals);
    return out;
}

char *
picture_mean(enum lang lang, char out[TEXT_NUMBER_SIZE], double value)
{
    return picture_number(lang, out, value, fabs(value - round(value)) >= 0.05, false);
}

void
picture_column(struct dict *figure, const char *label)
{
    dict_set(dict_section(figure, VIEW_COLUMN), VIEW_LABEL, label);
}

struct dict *
picture_row(struct dict *figure, const char *label)
{
    struct dict *row = dict_section(figure, VIEW_TABLE_ROW);
    dict_set(row, VIEW_LABEL, label);
    return row;
}

void
picture_cell(struct dict *row, const char *value)
{
    dict_set(dict_section(row, VIEW_CELL), VIEW_VALUE, value);
}
