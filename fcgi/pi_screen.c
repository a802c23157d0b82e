/*
 * Screens: their digits, their addresses, and the links between them. A screen
 * starts wherever it is asked to; "last" and the link to the N-th digit lead to the
 * screens that "next" comes to from position 1.
 *
 * Every group of ten has its position as a label before it, which is also a link to
 * the group. How many groups are in a line is up to the style sheet, which shows the
 * labels of those that a line begins with; so the labels are right for every width.
 */
#include "config.h"

#include "fcgi/pi_screen.h"

#include "fcgi/pi_sum.h"
#include "fcgi/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* From FAR on, positions are long and need more room beside the digits. Lines of
 * the text, for those who copy it, have USUAL_COLUMNS groups unless others were
 * chosen. */
enum { GROUP = 10, USUAL_COLUMNS = 10, FAR = 100000 };

struct pi_choice
pi_choice(uint64_t from, unsigned per, unsigned columns)
{
    return (struct pi_choice){
        .from = from > 0 ? from : 1,
        .per = per > 0 ? per : PI_SCREEN,
        .columns = columns,
    };
}

enum digits_rc
pi_screen_read(struct context *ctx, struct pi_screen *s)
{
    const struct pi_state *state = &s->state;
    enum digits_rc rc = DIGITS_OK;
    s->lang = ctx->lang;
    if (s->choice.from <= state->known) {
        uint64_t left = state->known - s->choice.from + 1;
        s->count = left < s->choice.per ? (size_t)left : s->choice.per;
        rc = pi_read(ctx, state, s->choice.from, s->count, s->digits);
    }
    if (rc == DIGITS_OK && state->kind == PI_KNOWN)
        rc = pi_read(ctx, state, state->number, 1, &s->digit);
    if (rc == DIGITS_OK && s->choice.mark_first > 0 &&
        s->choice.mark_last <= state->known)
        rc = pi_read(ctx, state, s->choice.mark_first,
                     (size_t)(s->choice.mark_last - s->choice.mark_first + 1),
                     s->marked);
    if (rc == DIGITS_OK)
        rc = pi_sum(ctx, state, s->sum);
    if (state->kind == PI_WINDOW)
        s->digit = state->row.digit;
    return rc;
}

/* ---- addresses ---- */

uint64_t
pi_screen_with(uint64_t first, uint64_t last, unsigned per)
{
    uint64_t step = (first - 1) / per == (last - 1) / per ? per : GROUP;
    return (first - 1) / step * step + 1;
}

void
pi_mark(char mark[PI_MARK_SIZE], uint64_t first, uint64_t last)
{
    if (first == last)
        snprintf(mark, PI_MARK_SIZE, "%" PRIu64, first);
    else
        snprintf(mark, PI_MARK_SIZE, "%" PRIu64 "-%" PRIu64, first, last);
}

void
pi_choice_url(char url[PI_URL_SIZE], int radix, uint64_t number,
              const struct pi_choice *choice)
{
    char columns[24] = "", mark[PI_MARK_SIZE] = "";
    if (choice->columns > 0)
        snprintf(columns, sizeof columns, "columns=%u&", choice->columns);
    if (choice->mark_first > 0)
        pi_mark(mark, choice->mark_first, choice->mark_last);
    snprintf(url, PI_URL_SIZE, "/pi/%" PRIu64 "?%s%s%sfrom=%" PRIu64 "%s%s", number,
             radix == 16 ? "radix=16&" : "",
             choice->per == PI_SCREEN_MOST ? "per=10000&" : "", columns, choice->from,
             *mark ? "&mark=" : "", mark);
}

void
pi_choice_link(struct dict *d, const struct pi_state *state,
               const struct pi_choice *choice, const char *fragment)
{
    char url[PI_URL_SIZE];
    pi_choice_url(url, state->radix, state->number, choice);
    dict_setf(d, VIEW_HREF, "%s%s", url, fragment);
}

/* The first position of the screen that has POSITION, of those that follow each
 * other from 1 on. */
static uint64_t
screen_of(const struct pi_choice *choice, uint64_t position)
{
    return (position - 1) / choice->per * choice->per + 1;
}

/* The address of S's screen from FROM on. */
static void
link_to(struct dict *d, const struct pi_screen *s, uint64_t from, const char *fragment)
{
    struct pi_choice choice = s->choice;
    choice.from = from;
    pi_choice_link(d, &s->state, &choice, fragment);
}

void
pi_screen_link_to_mark(struct dict *d, const struct pi_screen *s)
{
    const struct pi_choice *choice = &s->choice;
    if (choice->mark_first > 0)
        link_to(d, s,
                pi_screen_with(choice->mark_first, choice->mark_last, choice->per),
                "#found");
    else
        link_to(d, s, screen_of(choice, s->state.number), "#n");
}

/* True when S is not the only screen. */
static bool
has_others(const struct pi_screen *s)
{
    return s->state.kind != PI_WINDOW &&
           (s->choice.from > 1 || s->state.known > s->choice.per);
}

/* ---- digits ---- */

/* The first position that S shows digits of. */
static uint64_t
first_shown(const struct pi_screen *s)
{
    return s->state.kind == PI_WINDOW ? s->state.number : s->choice.from;
}

/* One group, with those of its digits marked that are to be. The first that is marked
 * can be linked to: as "n" the N-th, as "found" what somebody found. */
static void
show_group(struct dict *d, const struct pi_screen *s, const char *digits, size_t count,
           uint64_t position, bool last_of_line)
{
    struct dict *group = dict_section(d, VIEW_GROUP);
    const struct pi_choice *choice = &s->choice;
    bool found = choice->mark_first > 0;
    uint64_t first = found ? choice->mark_first : s->state.number;
    uint64_t last = found ? choice->mark_last : s->state.number;
    uint64_t end = position + count - 1; /* of the group */
    char label[TEXT_NUMBER_SIZE];
    dict_set_int(group, VIEW_POSITION, (int64_t)position);
    dict_set(group, VIEW_LABEL, text_number(s->lang, label, position));
    dict_section(group, last_of_line ? VIEW_LINE_END : VIEW_GROUP_END);
    if (last < position || first > end) {
        dict_setf(group, VIEW_DIGITS, "%.*s", (int)count, digits);
        return;
    }
    int before = first > position ? (int)(first - position) : 0;
    int behind = last < end ? (int)(end - last) : 0;
    int marked = (int)count - before - behind;
    dict_setf(group, VIEW_DIGITS, "%.*s", before, digits);
    struct dict *mark = dict_section(group, VIEW_MARK);
    if (first >= position || position == first_shown(s))
        dict_set(dict_section(mark, VIEW_FIRST), VIEW_NAME, found ? "found" : "n");
    dict_setf(mark, VIEW_DIGIT, "%.*s", marked, digits + before);
    dict_setf(mark, VIEW_REST, "%.*s", behind, digits + before + marked);
}

/* COUNT digits, those of S from position FROM on. */
static void
show_groups(struct dict *part, const struct pi_screen *s, const char *digits,
            size_t count, uint64_t from)
{
    unsigned columns = s->choice.columns;
    size_t line = (columns > 0 ? columns : USUAL_COLUMNS) * GROUP;
    struct dict *d = dict_section(part, VIEW_DIGITS_PART);
    dict_set_int(d, VIEW_FROM, (int64_t)from);
    if (has_others(s))
        dict_section(d, VIEW_KEYS);
    if (from == 1)
        dict_section(d, VIEW_LEAD);
    if (from + count > FAR)
        dict_section(d, VIEW_FAR);
    if (columns > 0)
        dict_set_int(dict_section(d, VIEW_COLUMNS), VIEW_COUNT, columns);
    else
        dict_section(d, VIEW_FIT);
    for (size_t i = 0; i < count; i += GROUP) {
        size_t length = count - i < GROUP ? count - i : GROUP;
        bool line_end = i % line == line - GROUP || i + length == count;
        show_group(d, s, digits + i, length, from + i, line_end);
    }
}

/* The digits that S shows, *COUNT of them from position *FROM on; not terminated. */
static const char *
digits_of(const struct pi_screen *s, size_t *count, uint64_t *from)
{
    bool window = s->state.kind == PI_WINDOW;
    *count = window ? strlen(s->state.row.window) : s->count;
    *from = first_shown(s);
    return window ? s->state.row.window : s->digits;
}

void
pi_screen_show_digits(struct dict *part, const struct pi_screen *s)
{
    char number[TEXT_NUMBER_SIZE];
    size_t count;
    uint64_t from;
    const char *digits = digits_of(s, &count, &from);
    if (count > 0)
        show_groups(part, s, digits, count, from);
    else
        dict_set(dict_section(part, VIEW_NOT_YET), VIEW_POSITION,
                 text_number(s->lang, number, from));
}

void
pi_screen_show_plain(struct dict *page, const struct pi_screen *s)
{
    size_t count;
    uint64_t from;
    const char *digits = digits_of(s, &count, &from);
    if (count > 0)
        dict_setf(dict_section(page, VIEW_PLAIN), VIEW_TEXT, "%.*s", (int)count,
                  digits);
}

/* ---- links ---- */

/* The links of NAV, a dictionary of pi_nav.tpl, which is at PLACE (VIEW_ABOVE or
 * VIEW_BELOW the digits). */
static void
show_nav(struct dict *nav, enum view_key place, const struct pi_screen *s)
{
    const struct pi_state *state = &s->state;
    uint64_t from = s->choice.from, per = s->choice.per;
    char first[TEXT_NUMBER_SIZE], last[TEXT_NUMBER_SIZE];
    dict_section(nav, place);
    if (s->count > 0) {
        struct dict *range = dict_section(nav, VIEW_RANGE);
        dict_set(range, VIEW_FROM, text_number(s->lang, first, from));
        dict_set(range, VIEW_TO, text_number(s->lang, last, from + s->count - 1));
    }
    if (!has_others(s))
        return;
    struct dict *d = dict_section(nav, VIEW_OTHERS);
    if (from > 1) {
        link_to(dict_section(d, VIEW_FIRST), s, 1, "");
        link_to(dict_section(d, VIEW_PREVIOUS), s, from > per ? from - per : 1, "");
    } else {
        dict_section(d, VIEW_AT_START);
    }
    if (from + per <= state->known) {
        link_to(dict_section(d, VIEW_NEXT), s, from + per, "");
        link_to(dict_section(d, VIEW_LAST), s, screen_of(&s->choice, state->known), "");
    } else {
        dict_section(d, VIEW_AT_END);
    }
}

/* One link of D's section KEY, to what CHOICE wants; LABEL tells how it differs. */
static void
show_choice(struct dict *d, enum view_key key, const struct pi_screen *s,
            const struct pi_choice *choice, const char *label)
{
    struct dict *one = dict_section(d, key);
    pi_choice_link(one, &s->state, choice, "");
    dict_set(one, VIEW_LABEL, label);
    if (choice->per == s->choice.per && choice->columns == s->choice.columns)
        dict_section(one, VIEW_CURRENT);
}

static void
show_choices(struct dict *d, const struct pi_screen *s)
{
    static const unsigned pers[] = {PI_SCREEN, PI_SCREEN_MOST};
    static const unsigned columns[] = {0, 5, 10, 20};
    char label[TEXT_NUMBER_SIZE];
    struct pi_choice choice = s->choice;
    if (s->state.known > PI_SCREEN) {
        struct dict *per = dict_section(d, VIEW_PER);
        for (size_t i = 0; i < sizeof pers / sizeof *pers; i++) {
            choice.per = pers[i];
            show_choice(per, VIEW_CHOICE, s, &choice,
                        text_number(s->lang, label, choice.per));
        }
    }
    choice = s->choice;
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
        choice.columns = columns[i];
        show_choice(d, VIEW_COLUMNS_CHOICE, s, &choice,
                    columns[i] > 0 ? text_number(s->lang, label, columns[i])
                                   : text_get(s->lang, TEXT_PI_COLUMNS_FIT));
    }
}

void
pi_screen_show_links(struct dict *part, const struct pi_screen *s)
{
    if (s->state.kind == PI_WINDOW || s->state.known == 0)
        return;
    struct dict *d = dict_section(part, VIEW_NAVIGATION);
    show_nav(dict_include(d, VIEW_NAV, "pi_nav.tpl"), VIEW_ABOVE, s);
    show_choices(d, s);
    if (s->state.known > PI_SCREEN)
        show_nav(dict_include(part, VIEW_NAV_AGAIN, "pi_nav.tpl"), VIEW_BELOW, s);
}
