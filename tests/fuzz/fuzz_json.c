/*
 * The body of POST /api/v1/computations. A question that is accepted is within the
 * limits and is read the same from JSON that says just that; a fault has a status, a
 * member's name and a sentence that can be sent as JSON.
 */
#include "config.h"

#include "fuzz.h"

#include "fcgi/question.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct limits limits = {50000, 100000000, UINT64_C(10000000000)};
    struct question q, again;
    struct fault f;
    char text[128];
    char *body = fuzz_memory(size); /* not terminated */
    if (size > 0)
        memcpy(body, data, size);

    if (question_read(LANG_EN, body, size, &limits, &q, &f)) {
        PROPERTY(ask_check(&limits, q.radix, q.position, q.algorithm) == ASK_OK);
        int n = snprintf(text, sizeof text,
                         "{\"algorithm\":\"%s\",\"radix\":%d,\"position\":%" PRIu64 "}",
                         algorithm_name(q.algorithm), q.radix, q.position);
        PROPERTY(question_read(LANG_EN, text, (size_t)n, &limits, &again, &f));
        PROPERTY(again.position == q.position && again.radix == q.radix &&
                 again.algorithm == q.algorithm);
    } else {
        PROPERTY(f.status == 400 || f.status == 422);
        PROPERTY(f.detail[0] != '\0' && fuzz_utf8(f.detail) && fuzz_utf8(f.field));
    }
    free(body);
    return 0;
}
