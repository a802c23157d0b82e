/*
 * What the program says to people, by key, in the language of each. English stands
 * in text.def, that of the daemon's reasons in common/reason.def. All functions are
 * pure (they write only what they are given) and may be called by any thread.
 */
#ifndef NTHPI_TEXT_H
#define NTHPI_TEXT_H

#include "common/computation.h"
#include "fcgi/lang.h"

#include <stddef.h>
#include <stdint.h>

enum text_key {
#define TEXT(key, text)        TEXT_##key,
#define TEXT_N(key, one, many) TEXT_##key,
#define REASON(key, text)      TEXT_REASON_##key,
#include "common/reason.def"
#include "fcgi/text.def"
#undef TEXT
#undef TEXT_N
#undef REASON
    TEXT_COUNT
};

/* Room for a text with its placeholders filled, for a number in digits with
 * separators, for a length of time, for a point of time. */
enum {
    TEXT_SIZE = 1024, /* other alphabets than ours take twice the bytes */
    TEXT_NUMBER_SIZE = 40,
    TEXT_SPAN_SIZE = 64,
    TEXT_TIME_SIZE = 40
};

/* The English text that the one of KEY in LANG translates, in the form for one thing;
 * NULL: it is not translated, and English is used instead. For tests. */
const char *text_source(enum lang lang, enum text_key key);

/* The text of KEY, with its placeholders; static storage. */
const char *text_get(enum lang lang, enum text_key key);

/* The form of KEY that fits N things, the only one if it has no others; static
 * storage. */
const char *text_plural(enum lang lang, enum text_key key, uint64_t n);

/* PATTERN with each {name} replaced by its value, cut at SIZE, into OUT. Names
 * and values alternate and end with NULL; unknown names stay as they are. Returns
 * OUT. */
__attribute__((sentinel)) char *text_fill(char *out, size_t size, const char *pattern,
                                          ...);

/* N in digits with the separators of LANG between thousands: "1,000,000". Returns
 * OUT. */
char *text_number(enum lang lang, char out[TEXT_NUMBER_SIZE], uint64_t n);

/* A length of time for people: "340 ms", "12 s", "3.5 h". Returns OUT. */
char *text_span(enum lang lang, char out[TEXT_SPAN_SIZE], double seconds);

/* "about 12 s left" for the seconds that a job still needs, or "" when they are
 * not known (negative). Returns OUT. */
char *text_eta(enum lang lang, char out[TEXT_SPAN_SIZE], double seconds);

/* An amount of memory for people: "12.5 MiB". Returns OUT. */
char *text_memory(enum lang lang, char out[TEXT_SPAN_SIZE], int64_t kib);

/* How fast a job runs, with two digits that matter, since its next ones change all the
 * time: "1,300 digits/s", "29 M terms/s". PER_SECOND (from 0) are digits, or TERMS of
 * bbp's series. Returns OUT. */
char *text_rate(enum lang lang, char out[TEXT_SPAN_SIZE], bool terms,
                double per_second);

/* MICROS since 1970 UTC as RFC 3339 with milliseconds
 * ("2026-01-31T12:00:00.123Z"), and for people ("2026-01-31 12:00:00 UTC").
 * Return OUT. */
char *text_time_machine(char out[TEXT_TIME_SIZE], int64_t micros);
char *text_time(enum lang lang, char out[TEXT_TIME_SIZE], int64_t micros);

/* The words for a status, a stage, an event's stage and the phase of a running job
 * (the last two: their own name when it is not known). */
const char *text_status(enum lang lang, enum status status);
const char *text_stage(enum lang lang, enum stage stage);
const char *text_phase(enum lang lang, const char *phase);
const char *text_event(enum lang lang, const char *stage);

#endif
