/*
 * The languages that the site speaks. Each has its own templates, made from one set
 * at build time, and its own texts; everything that is rendered is rendered in one
 * of them. Pure; any thread.
 */
#ifndef NTHPI_LANG_H
#define NTHPI_LANG_H

#include <stdbool.h>

enum lang { LANG_EN, LANG_COUNT };

/* The name of LANG as a tag (RFC 5646), "en", which is that of its folder of
 * templates and its value of the cookie, too; static storage. */
const char *lang_code(enum lang lang);

/* The language of which CODE is such a name; false: there is none. */
bool lang_parse(const char *code, enum lang *lang);

#endif
