/*
 * What templates use, and what the code sets for them: two sets of facts, in which a
 * name stands with its template and the sections around it. What is set is recorded
 * while pages are made, from the very calls of view.h (the linker's --wrap leads them
 * here first), so that neither a comment nor a helper function hides anything.
 */
#ifndef NTHPI_TESTS_LINT_RECORD_H
#define NTHPI_TESTS_LINT_RECORD_H

#include <stddef.h>

enum { FACT_NAME = 40, FACT_PATH = 120 };

struct fact {
    char template[FACT_NAME];
    char path[FACT_PATH]; /* "/FACTS/WALL/": the sections around it, or "/" */
    char kind;            /* ' ' a value, '#' a section, '>' an include */
    char name[FACT_NAME];
};

struct facts {
    struct fact *list;
    size_t count, room;
};

/* All that the templates of FOLDER use. */
void lint_read(struct facts *used, const char *folder);

/* What was set for templates that were rendered since the program began. */
const struct facts *lint_recorded(void);

/* A fact of SET that answers USE: the same name, for the same place or one around
 * it. NULL: there is none. */
const struct fact *lint_find_set(const struct facts *set, const struct fact *use);

/* A fact of USED that shows what was SET: the same name, at the same place or within
 * it. NULL: there is none. */
const struct fact *lint_find_use(const struct facts *used, const struct fact *set);

void lint_clear(struct facts *facts);

#endif
