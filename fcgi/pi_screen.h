/*
 * A screen of digits: which ones a visitor sees at a time, in what lines, and
 * where the others are.
 */
#ifndef NTHPI_PI_SCREEN_H
#define NTHPI_PI_SCREEN_H

#include "common/search.h"
#include "fcgi/pi_state.h"
#include "fcgi/text.h"
#include "fcgi/view.h"

/* Digits of a screen: usually, and at most. */
enum { PI_SCREEN = 1000, PI_SCREEN_MOST = 10000 };

/* Digits that are marked at most: as many as can be searched for. */
enum { PI_MARKED_MOST = SEARCH_LENGTH_MOST };

/* What a visitor chose to see. */
struct pi_choice {
    uint64_t from;    /* the first position, 1 .. N */
    unsigned per;     /* digits of a screen: PI_SCREEN or PI_SCREEN_MOST */
    unsigned columns; /* groups of ten in a line: 5, 10, 20; 0: as many as fit */
    uint64_t mark_first, mark_last; /* the digits to be marked; 0: the N-th alone */
};

struct pi_screen {
    struct pi_state state;
    struct pi_choice choice;
    enum lang lang;                  /* of what is said about it */
    size_t count;                    /* digits on it, 0: they are not known yet */
    char digit;                      /* the digit at N, or 0: not known */
    char marked[PI_MARKED_MOST + 1]; /* the digits that the choice marks; "": none, or
                                        not all of them are known */
    const char *sought;              /* where to jump, as it was typed, when that is no
                                        place here; or NULL */
    char problem[TEXT_SIZE];         /* what is wrong with it */
    char sum[DIGITS_SHA256_SIZE]; /* of the text of all N digits, see pi_sum.h, or "" */
    char digits[PI_SCREEN_MOST];
};

/* A choice of the parameters of a request, of which 0 stands for the usual; it marks
 * the N-th digit. Pure. */
struct pi_choice pi_choice(uint64_t from, unsigned per, unsigned columns);

/* The first position of the screen of PER digits that shows the digits FIRST .. LAST
 * (PI_MARKED_MOST at most): one of those that follow each other from position 1 on, or,
 * where none has all of them, one that begins with the group of FIRST. Pure. */
uint64_t pi_screen_with(uint64_t first, uint64_t last, unsigned per);

/* Room for two positions with a dash between them. */
enum { PI_MARK_SIZE = 44 };

/* The digits FIRST .. LAST as the parameter "mark" names them. */
void pi_mark(char mark[PI_MARK_SIZE], uint64_t first, uint64_t last);

/* Reads the digits of S, whose state and choice are set, and their sum. Not DIGITS_OK:
 * nothing of it can be shown. Any thread, as all below. */
enum digits_rc pi_screen_read(struct context *ctx, struct pi_screen *s);

/* The address of the page of NUMBER digits of RADIX as CHOICE wants it. What is usual
 * is left out of it, but the first position. Pure. */
enum { PI_URL_SIZE = 192 };
void pi_choice_url(char url[PI_URL_SIZE], int radix, uint64_t number,
                   const struct pi_choice *choice);

/* Sets VIEW_HREF of D to that address for the digits of STATE, with FRAGMENT ("#n",
 * "#found", or ""). */
void pi_choice_link(struct dict *d, const struct pi_state *state,
                    const struct pi_choice *choice, const char *fragment);

/* The same for the screen that has the N-th digit, or those that are marked instead,
 * with the fragment that shows them. */
void pi_screen_link_to_mark(struct dict *d, const struct pi_screen *s);

/* Fill PART, a dictionary of pi_live.tpl: the digits of S, or that there are none
 * yet; the links to other screens and other choices, where all digits from the first
 * on are known so far. */
void pi_screen_show_digits(struct dict *part, const struct pi_screen *s);
void pi_screen_show_links(struct dict *part, const struct pi_screen *s);

/* Shows the digits of S without groups where PAGE, a dictionary of pi.tpl, has them for
 * those who copy without a script. */
void pi_screen_show_plain(struct dict *page, const struct pi_screen *s);

#endif
