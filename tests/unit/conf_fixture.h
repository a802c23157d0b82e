/*
 * What the tests of the configuration share: a folder with a configuration file,
 * an environment without our variables, and loading with the output caught.
 */
#ifndef NTHPI_TESTS_CONF_FIXTURE_H
#define NTHPI_TESTS_CONF_FIXTURE_H

#include "cmocka_all.h"

#include "common/conf_internal.h"

enum { TEXT_SIZE = 32768 };

struct fixture {
    char dir[64], file[96];
    char text[TEXT_SIZE]; /* what conf_load() printed */
    struct conf conf;
    int first;
};

/* For cmocka: *STATE becomes a struct fixture. */
int conf_setup(void **state);
int conf_teardown(void **state);

/* Makes CONTENT the configuration file, named by NTHPI_CONFIG. */
void write_file(struct fixture *f, const char *content);

/* conf_load() with the flags up to NULL; what it printed is in f->text. */
int load_more(struct fixture *f, enum conf_program program,
              const struct conf_flag *more, ...);
#define LOAD(f, program, ...)                                                          \
    load_more(f, program, NULL, __VA_ARGS__ __VA_OPT__(, ) NULL)

/* WORDS were printed by the last load_more(). */
void assert_said(struct fixture *f, const char *words);

#endif
