/*
 * See conf_fixture.h.
 */
#include "conf_fixture.h"

#include "capture.h"
#include "temporary.h"

#include <stdlib.h>
#include <string.h>

int
conf_setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);

    if (f == NULL)
        return -1;
    temporary_make(f->dir, sizeof f->dir);
    snprintf(f->file, sizeof f->file, "%s/nthpi.conf", f->dir);
    for (size_t i = 0; i < conf_option_count; i++) {
        char variable[CONF_VARIABLE_SIZE];

        conf_variable(&conf_options[i], variable);
        unsetenv(variable);
    }
    /* Not the file of the machine the test runs on. */
    setenv("NTHPI_CONFIG", "/dev/null", 1);
    *state = f;
    return 0;
}

int
conf_teardown(void **state)
{
    struct fixture *f = *state;

    conf_clear(&f->conf);
    temporary_remove(f->dir);
    free(f);
    return 0;
}

void
write_file(struct fixture *f, const char *content)
{
    FILE *file = fopen(f->file, "w");

    assert_non_null(file);
    fputs(content, file);
    fclose(file);
    setenv("NTHPI_CONFIG", f->file, 1);
}

/* conf_load() with the flags up to NULL; its output is in f->text. */
int
load_more(struct fixture *f, enum conf_program program, const struct conf_flag *more,
          ...)
{
    char *argv[16] = {(char *)"nthpid"};
    struct capture out, err;
    char errors[TEXT_SIZE / 2];
    int argc = 1, result;
    va_list flags;

    va_start(flags, more);
    while ((argv[argc] = va_arg(flags, char *)) != NULL)
        argc++;
    va_end(flags);
    conf_clear(&f->conf);
    capture_begin(&out, 1);
    capture_begin(&err, 2);
    result = conf_load(&f->conf, program, argc, argv, "Usage: nthpid [FLAG]...", more,
                       &f->first);
    capture_end(&err, errors, sizeof errors);
    capture_end(&out, f->text, TEXT_SIZE / 2);
    strcat(f->text, errors);
    return result;
}

void
assert_said(struct fixture *f, const char *words)
{
    if (strstr(f->text, words) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", f->text, words);
}
