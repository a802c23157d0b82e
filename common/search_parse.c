/*
 * What somebody types or pastes to search for: digits, and what people write between
 * them. The 3 before the point is not among the digits that are searched, yet the first
 * thing to be typed; so a text that begins with it is held against what pi begins with.
 */
#include "search.h"

#include <string.h>

/* Characters of Unicode, FIRST .. LAST. */
struct range {
    uint32_t first, last;
};

/* Blanks, beside those of ASCII. */
static const struct range blanks[] = {
    {0xa0, 0xa0},     {0xad, 0xad},     {0x2000, 0x200d}, {0x2028, 0x2029},
    {0x202f, 0x202f}, {0x205f, 0x2060}, {0x3000, 0x3000}, {0xfeff, 0xfeff},
};

/* Quotation marks, dashes, the middle dot, the ellipsis, the minus. */
static const struct range signs[] = {
    {0xab, 0xab},     {0xb7, 0xb7},     {0xbb, 0xbb},     {0x2010, 0x2015},
    {0x2018, 0x201f}, {0x2026, 0x2026}, {0x2039, 0x203a}, {0x2212, 0x2212},
};

/* Digits of other scripts, raised and lowered ones, and those that are as wide as a
 * Chinese character or meant for formulas: most of the general category Nd of the
 * Unicode Standard, and No as far as digits are in it. */
static const struct range foreign_digits[] = {
    {0xb2, 0xb3},     {0xb9, 0xb9},       {0x660, 0x669},   {0x6f0, 0x6f9},
    {0x7c0, 0x7c9},   {0x966, 0x96f},     {0x9e6, 0x9ef},   {0xa66, 0xa6f},
    {0xae6, 0xaef},   {0xb66, 0xb6f},     {0xbe6, 0xbef},   {0xc66, 0xc6f},
    {0xce6, 0xcef},   {0xd66, 0xd6f},     {0xe50, 0xe59},   {0xed0, 0xed9},
    {0xf20, 0xf29},   {0x1040, 0x1049},   {0x17e0, 0x17e9}, {0x1810, 0x1819},
    {0x2070, 0x2070}, {0x2074, 0x2079},   {0x2080, 0x2089}, {0x2460, 0x2468},
    {0xff10, 0xff19}, {0x1d7ce, 0x1d7ff},
};

#define IS_AMONG(c, ranges) is_among(c, ranges, sizeof(ranges) / sizeof *(ranges))

static bool
is_among(uint32_t c, const struct range *ranges, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (c >= ranges[i].first && c <= ranges[i].last)
            return true;
    return false;
}

/* The character of UTF-8 at *TEXT, which moves behind it; UINT32_MAX: there is none,
 * or one that is longer than need be. */
static uint32_t
next_character(const char **text)
{
    static const uint32_t least[] = {0, 0x80, 0x800, 0x10000};
    unsigned char lead = (unsigned char)*(*text)++;
    int more = lead < 0x80 ? 0 : lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : 1;
    uint32_t c = more == 0 ? lead : lead & (0x3fU >> more);

    if (lead >= 0xf8 || (lead >= 0x80 && lead < 0xc0))
        return UINT32_MAX;
    for (int i = 0; i < more; i++) {
        if (((unsigned char)**text & 0xc0) != 0x80)
            return UINT32_MAX;
        c = c << 6 | ((unsigned char)*(*text)++ & 0x3fU);
    }
    return c >= least[more] ? c : UINT32_MAX;
}

static bool
is_blank(uint32_t c)
{
    return c == ' ' || (c >= '\t' && c <= '\r') || IS_AMONG(c, blanks);
}

static bool
is_sign(uint32_t c)
{
    return (c > ' ' && c < 0x80 && strchr(".,-/:_'\"", (int)c) != NULL) ||
           IS_AMONG(c, signs);
}

/* True for what stands around digits, not between them. */
static bool
is_quote(uint32_t c)
{
    return c == '"' || c == '\'' || c == 0xab || c == 0xbb ||
           (c >= 0x2018 && c <= 0x201f) || c == 0x2039 || c == 0x203a;
}

/* Why C, which is nothing that stands between digits, is no digit of RADIX. */
static enum search_problem
judge(uint32_t c, int radix)
{
    if ((c >= '0' && c <= '9') || (radix == 16 && c >= 'a' && c <= 'f'))
        return SEARCH_GOOD;
    if (c >= 'a' && c <= 'f')
        return SEARCH_LETTERS;
    return IS_AMONG(c, foreign_digits) ? SEARCH_FOREIGN : SEARCH_STRANGE;
}

enum search_problem
search_parse(const char *typed, int radix, struct search_ask *ask)
{
    bool point = false;  /* the one behind a leading 3 */
    bool ended = false;  /* dots came after the digits behind it */
    bool number = true;  /* that is not the usual way to write one number */
    uint32_t before = 0; /* the character before */

    *ask = (struct search_ask){.radix = radix};
    while (*typed != '\0') {
        uint32_t c = next_character(&typed);

        if (c >= 'A' && c <= 'Z')
            c += 'a' - 'A';
        if (is_sign(c)) {
            if (before == '3' && ask->length == 1 && (c == '.' || c == ','))
                point = true;
            else if (point && (c == '.' || c == 0x2026))
                ended = true;
            else if (point && !is_quote(c))
                number = false;
        } else if (!is_blank(c)) {
            enum search_problem problem = judge(c, radix);
            if (problem == SEARCH_GOOD && ask->length == SEARCH_LENGTH_MOST)
                problem = SEARCH_TOO_LONG;
            if (problem != SEARCH_GOOD)
                return problem;
            ask->text[ask->length++] = (char)c;
            number = number && !ended;
        }
        before = c;
    }
    ask->pointed = point && number && ask->length > 1;
    return ask->length > 0 ? SEARCH_GOOD : SEARCH_EMPTY;
}

enum digits_rc
search_begin(const struct digits_file *file, struct search_ask *ask,
             struct search_beginning *beginning)
{
    char known[SEARCH_LENGTH_MOST + SEARCH_GOES_ON];
    uint64_t count = ask->length - 1 + SEARCH_GOES_ON;
    size_t agree = 0, rest;
    enum digits_rc rc;

    *beginning = (struct search_beginning){.agree = 0};
    if (count > file->length)
        count = file->length;
    if (ask->text[0] != '3' || file->radix != ask->radix) {
        ask->pointed = false;
        return DIGITS_OK;
    }
    rc = digits_read(file, 1, (size_t)count, known);
    if (rc != DIGITS_OK)
        return rc;
    while (agree < count && agree < ask->length - 1 &&
           ask->text[agree + 1] == known[agree])
        agree++;
    rest =
        (size_t)count - agree < SEARCH_GOES_ON ? (size_t)count - agree : SEARCH_GOES_ON;
    memcpy(beginning->goes_on, known + agree, rest);
    beginning->agree = agree;
    beginning->all = agree + 1 == ask->length;
    ask->pointed = ask->pointed && agree > 0;
    if (ask->pointed) {
        memmove(ask->text, ask->text + 1, ask->length);
        ask->length--;
    }
    return DIGITS_OK;
}
