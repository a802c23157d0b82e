/*
 * The form: an urlencoded body, from its bytes to a question within the limits or to
 * messages about each field that is wrong.
 */
#include "config.h"

#include "fuzz.h"

#include "common/position.h"
#include "fcgi/form.h"
#include "fcgi/request.h"

#include <stdlib.h>
#include <string.h>

/* What people may write includes what programs may, and means the same. */
static void
check_position(const char *text)
{
    uint64_t strict = 0, read = 0;
    enum ask_problem problem = position_read(text, &read);
    PROPERTY(problem != ASK_OK || (read > 0 && read <= POSITION_MAX));
    PROPERTY(problem == ASK_OK || read == 0);
    if (position_parse(text, &strict) == ASK_OK)
        PROPERTY(problem == ASK_OK && read == strict);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const names[FORM_FIELDS] = {"position", "radix", "algorithm"};
    static const struct limits limits = {50000, 100000000, UINT64_C(10000000000)};
    struct request *r = fuzz_memory(sizeof *r);
    struct form form;
    char *text = fuzz_text(data, size);
    memset(r, 0, sizeof *r);
    if (request_fields(text, size, r->form, &r->form_count) == 0) {
        bool wrong = false;
        form_init(&form, LANG_EN);
        for (int i = 0; i < FORM_FIELDS; i++)
            if (request_form(r, names[i]))
                form.typed[i] = request_form(r, names[i]);
        bool valid = form_check(&form, &limits);
        for (int i = 0; i < FORM_FIELDS; i++) {
            wrong = wrong || form.problem[i][0] != '\0';
            PROPERTY(fuzz_utf8(form.problem[i]));
        }
        PROPERTY(valid != wrong);
        PROPERTY(!valid || ask_check(&limits, form.radix, form.position,
                                     form.algorithm) == ASK_OK);
        check_position(form.typed[FORM_POSITION]);
    }
    request_clear(r);
    free(r);
    free(text);
    return 0;
}
