/*
 * Every page and picture of a site, in all the states that it can be in.
 */
#ifndef NTHPI_TESTS_LINT_PAGES_H
#define NTHPI_TESTS_LINT_PAGES_H

#include "site_fixture.h"

/* Asks SITE, which is new, for all of them: puts rows and digits into it as they need
 * them, which are there afterwards. A state that is forgotten here shows up as a name
 * that nobody sets. */
void lint_make_pages(struct site *site);

#endif
