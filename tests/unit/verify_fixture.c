/* What the tests of checks share; see verify_fixture.h. */
#include "verify_fixture.h"

#include "cmocka_all.h"

#include "common/reason.h"

struct collected
verify_result(int radix, uint64_t position)
{
    struct collected c = {0};

    assert_int_equal(collect(&c, "chudnovsky", radix, position, 2), ENGINE_OK);
    assert_int_equal(c.evidences, 1);
    return c;
}

void
expect_difference(const char *words)
{
    struct reason_found found;

    assert_true(reason_find(words, &found));
    assert_in_range(found.reason, REASON_DIFFER_BBP, REASON_DIFFER_CHUDNOVSKY);
}
