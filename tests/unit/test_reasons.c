/*
 * What the daemon writes about rows: printed, found again, and said in every language.
 */
#include "cmocka_all.h"

#include "common/reason.h"
#include "fcgi/lang.h"
#include "fcgi/reasons.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

static void
every_reason_is_found_again_with_its_values(void **state)
{
    (void)state;
    const struct reason_values values = {7, 12345678901, "it had bad luck"};
    for (int i = 0; i < REASON_COUNT; i++) {
        char words[COMPUTATION_TEXT_SIZE];
        struct reason_found found;
        const char *text = reason_text((enum reason)i);
        reason_print(words, sizeof words, (enum reason)i, &values);
        assert_true(reason_find(words, &found));
        assert_int_equal(found.reason, i);
        if (strstr(text, "{number}") != NULL)
            assert_int_equal(found.number, values.number);
        if (strstr(text, "{limit}") != NULL)
            assert_int_equal(found.limit, values.limit);
        assert_string_equal(found.why, strstr(text, "{why}") != NULL ? values.why : "");
    }
}

static void
other_words_are_no_reason(void **state)
{
    (void)state;
    static const char *const others[] = {
        "",
        "the worker",
        "the worker hung: no sign of life for  s",
        "the worker hung: no sign of life for x s",
        "the worker hung: no sign of life for 99999999999999999999 s",
        "the worker hung: no sign of life for 60 s!",
        "the worker was killed ()",
        ", 3 times",
    };
    struct reason_found found;
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        if (reason_find(others[i], &found))
            fail_msg("\"%s\" is no reason", others[i]);
}

static void
words_that_do_not_fit_are_cut(void **state)
{
    (void)state;
    char long_why[2 * COMPUTATION_TEXT_SIZE], words[COMPUTATION_TEXT_SIZE], few[8];
    memset(long_why, 'x', sizeof long_why - 1);
    long_why[sizeof long_why - 1] = '\0';
    reason_print(words, sizeof words, REASON_KILLED,
                 &(struct reason_values){.why = long_why});
    assert_int_equal(strlen(words), sizeof words - 1);
    assert_string_equal(reason_print(few, sizeof few, REASON_LOST_DAEMON, NULL),
                        "the wor");
}

static void
each_is_said_in_every_language(void **state)
{
    (void)state;
    const struct reason_values values = {3, 4096, reason_text(REASON_ERROR_IO)};
    for (int lang = 0; lang < LANG_COUNT; lang++) {
        for (int i = 0; i < REASON_COUNT; i++) {
            char words[COMPUTATION_TEXT_SIZE], text[TEXT_SIZE];
            reason_print(words, sizeof words, (enum reason)i, &values);
            assert_true(reasons_text((enum lang)lang, text, words));
            bool plain = strstr(words, "4096") == NULL;
            assert_int_equal(strcmp(text, words) == 0, lang == LANG_EN && plain);
            assert_null(strchr(text, '{'));
            assert_null(lang == LANG_EN ? NULL : strstr(text, values.why));
        }
    }
}

static void
reasons_within_reasons_are_said_too(void **state)
{
    (void)state;
    char text[TEXT_SIZE];
    assert_true(
        reasons_short(LANG_EN, text, "the worker was killed (Killed), 3 times"));
    assert_string_equal(text, "the worker was killed");
    assert_true(reasons_short(LANG_EN, text,
                              "memory: the worker ran out of it; 1200 MiB were"
                              " estimated"));
    assert_string_equal(text, "memory");
    assert_true(reasons_short(LANG_EN, text, "verification: hexadecimal digits"));
    assert_string_equal(text, "verification");
    assert_false(reasons_short(LANG_RU, text, "something nobody knows"));
    assert_true(reasons_text(LANG_RU, text, "the worker was killed (Killed), 3 times"));
    assert_string_equal(text, "рабочий процесс был убит (сигнал KILL) (попыток: 3)");
    assert_true(reasons_text(LANG_RU, text,
                             "memory: about 123456 MiB are needed, and this machine "
                             "has 8000 for a job"));
    assert_non_null(strstr(text, "123\u00a0456\u00a0МиБ"));
    assert_true(reasons_text(LANG_EN, text,
                             "memory: about 123456 MiB are needed, and this machine "
                             "has 8000 for a job"));
    assert_string_equal(text, "memory: about 123,456 MiB are needed, and this machine "
                              "has 8,000 for a job");
}

static void
unknown_words_stay_english(void **state)
{
    (void)state;
    char text[TEXT_SIZE];
    static const char *const unknown[] = {"the moon was full",
                                          "verification: the moon was full"};
    for (int i = 0; i < 2; i++) {
        assert_false(reasons_text(LANG_RU, text, unknown[i]));
        assert_string_equal(text, unknown[i]);
        assert_true(reasons_text(LANG_EN, text, unknown[i]));
        assert_string_equal(text, unknown[i]);
    }
}

/* The C library's words are what the table has. */
static void
signals_and_errors_are_reasons(void **state)
{
    (void)state;
    static const int signals[] = {SIGKILL, SIGTERM, SIGINT, SIGSEGV, SIGABRT,
                                  SIGBUS,  SIGILL,  SIGFPE, SIGXCPU};
    static const int errors[] = {EACCES, EAGAIN, EBADF,  EDQUOT, EFBIG,  EINVAL, EIO,
                                 EMFILE, ENFILE, ENOENT, ENOMEM, ENOSPC, EPERM,  EROFS};
    struct reason_found found;
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++)
        assert_true(reason_find(strsignal(signals[i]), &found));
    for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++)
        assert_true(reason_find(strerror(errors[i]), &found));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_reason_is_found_again_with_its_values),
        cmocka_unit_test(other_words_are_no_reason),
        cmocka_unit_test(words_that_do_not_fit_are_cut),
        cmocka_unit_test(each_is_said_in_every_language),
        cmocka_unit_test(reasons_within_reasons_are_said_too),
        cmocka_unit_test(unknown_words_stay_english),
        cmocka_unit_test(signals_and_errors_are_reasons),
    };
    return cmocka_run_group_tests_name("reasons", tests, NULL, NULL);
}
