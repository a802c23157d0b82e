/*
 * The worker's line protocol and the report made of it: what is accepted, and
 * that nonsense is told apart from it wherever it stands.
 */
#include "config.h"

#include "daemon/protocol.h"
#include "daemon/report.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

/* More than a pipe holds. */
enum { LINES_SENT = 20000 };

#define HELLO   "hello 3 " PACKAGE_VERSION "\n"
#define WINDOW  "window 9216420198938095\n"
#define CHECKED "verified all digits by bbp\n"
#define SHA256  "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define FILE_10 "file 10 " SHA256 "\n"

static bool
parses(const char *line, struct message *m)
{
    return protocol_parse(line, strlen(line), m);
}

static void
test_print_and_parse_agree(void **state)
{
    static const struct message messages[] = {
        {.kind = MESSAGE_HELLO, .version = 1, .package = "0.1.0"},
        {.kind = MESSAGE_PROGRESS, .ppm = 0, .phase = "splitting"},
        {.kind = MESSAGE_PROGRESS, .ppm = PROTOCOL_PPM, .phase = "saving"},
        {.kind = MESSAGE_SAVED, .ppm = 610000},
        {.kind = MESSAGE_WINDOW, .window = "26c65e52cb4593"},
        {.kind = MESSAGE_FILE, .length = POSITION_MAX, .sha256 = SHA256},
        {.kind = MESSAGE_VERIFIED, .verified = "all 10 digits; by bbp"},
        {.kind = MESSAGE_ERROR, .error = "No space left on device"},
        {.kind = MESSAGE_DONE},
    };

    (void)state;
    for (size_t i = 0; i < sizeof messages / sizeof messages[0]; i++) {
        char line[PROTOCOL_LINE_SIZE];
        struct message m = {.kind = MESSAGE_DONE};
        size_t length = protocol_print(&messages[i], line);

        assert_true(length > 0);
        assert_int_equal(line[length - 1], '\n');
        assert_true(protocol_parse(line, length - 1, &m));
        assert_memory_equal(&m, &messages[i], sizeof m);
    }
}

/* Lines go whole and in order through a pipe that is full now and then; that the other
 * end is closed is told. */
static void
test_lines_are_sent_whole(void **state)
{
    const struct message m = {.kind = MESSAGE_ERROR, .error = "No space left"};
    char line[PROTOCOL_LINE_SIZE], read_back[PROTOCOL_LINE_SIZE];
    size_t length = protocol_print(&m, line);
    int ends[2], status;
    pid_t writer;

    (void)state;
    assert_int_equal(pipe(ends), 0);
    assert_true(signal(SIGPIPE, SIG_IGN) != SIG_ERR);
    writer = fork();
    assert_true(writer >= 0);
    if (writer == 0) {
        bool sent = true;

        close(ends[0]);
        for (int i = 0; i < LINES_SENT && sent; i++) {
            sent = protocol_send(ends[1], &m);
        }
        _exit(sent ? 0 : 1);
    }
    close(ends[1]);
    for (int i = 0; i < LINES_SENT; i++) {
        for (size_t got = 0; got < length;) {
            ssize_t n = read(ends[0], read_back + got, length - got);

            assert_true(n > 0);
            got += (size_t)n;
        }
        assert_memory_equal(read_back, line, length);
    }
    assert_int_equal(read(ends[0], read_back, 1), 0);
    assert_int_equal(waitpid(writer, &status, 0), writer);
    assert_int_equal(status, 0);
    close(ends[0]);
    assert_int_equal(pipe(ends), 0);
    close(ends[0]);
    assert_false(protocol_send(ends[1], &m));
    assert_int_equal(errno, EPIPE);
    close(ends[1]);
}

static void
test_error_is_one_line(void **state)
{
    struct message m = {.kind = MESSAGE_ERROR, .error = "a\nb\x1b[0m\xc3\xa9"}, again;
    char line[PROTOCOL_LINE_SIZE];
    size_t length = protocol_print(&m, line);

    (void)state;
    assert_true(protocol_parse(line, length - 1, &again));
    assert_string_equal(again.error, "a?b?[0m??");
}

static void
test_nonsense_lines(void **state)
{
    static const char *const lines[] = {
        "",
        " ",
        "hello",
        "hello ",
        "hello 1",
        "hello 1 ",
        "hello x 0.1.0",
        "hello 1 0.1.0 more",
        "hello 10000 0.1.0",
        "Hello 1 0.1.0",
        "progress",
        "progress 5",
        "progress 5 ",
        "progress -5 splitting",
        "progress +5 splitting",
        "progress 1000001 splitting",
        "progress 0x10 splitting",
        "progress 99999999999999999999999 splitting",
        "progress 18446744073709551621 splitting",
        "progress 5 Splitting",
        "progress 5 spl1tting",
        "progress 5 <b>",
        "progress 5 splitting twice",
        "progress  5 splitting",
        "progress 5 abcdefghijklmnopqrstuvwxyzabcdef",
        "progress nan splitting",
        "saved",
        "saved ",
        "saved 1000001",
        "saved 5 splitting",
        "saved nan",
        "window",
        "window ",
        "window 12345678901234g6",
        "window 1234567890123456 7",
        "window 12345678901234567890123456789012345678901234567890123456789012345",
        "file",
        "file 10",
        "file 0 " SHA256,
        "file 10 " SHA256 "0",
        "file 10 0011",
        "file 10000000000001 " SHA256,
        "error",
        "error ",
        "error \t",
        "verified",
        "verified ",
        "verified a\tb",
        "done ",
        "done 1",
        "don",
        "unknown 1",
        "\xff\xfe",
    };
    struct message m;

    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        if (parses(lines[i], &m)) {
            fail_msg("\"%s\" was taken for a message", lines[i]);
        }
    }
    assert_false(protocol_parse("window 1234567890123456\0", 24, &m));
    assert_false(protocol_parse("progress 5 split\0ting", 21, &m));
}

/* Feeds TEXT to a new report of radix 10 with a file of 10 digits; the reason
 * why it was refused, or NULL. */
static const char *
feed(struct report *r, const char *text)
{
    const char *why = NULL;

    report_init(r, 10, 10);
    if (report_feed(r, text, strlen(text), &why)) {
        assert_null(why);
        return NULL;
    }
    assert_non_null(why);
    return why;
}

static void
test_whole_report(void **state)
{
    struct report r;

    (void)state;
    assert_null(
        feed(&r, HELLO
             "progress 0 splitting\nprogress 500000 dividing\n" CHECKED WINDOW FILE_10
             "done\n"));
    assert_true(report_complete(&r));
    assert_true(r.changed);
    assert_int_equal(r.ppm, 500000);
    assert_true(r.begun);
    assert_string_equal(r.phase, "dividing");
    assert_string_equal(r.verified, "all digits by bbp");
    assert_string_equal(r.window, "9216420198938095");
    assert_string_equal(r.sha256, SHA256);
}

static void
test_report_in_single_bytes(void **state)
{
    const char text[] =
        HELLO "progress 250000 streaming\n" CHECKED WINDOW FILE_10 "done\n";
    const char *why = NULL;
    struct report r;

    (void)state;
    report_init(&r, 10, 10);
    for (size_t i = 0; i < sizeof text - 1; i++) {
        assert_false(report_complete(&r));
        assert_true(report_feed(&r, text + i, 1, &why));
    }
    assert_true(report_complete(&r));
}

static void
test_report_without_file(void **state)
{
    const char text[] = HELLO CHECKED "window 26c65e52cb459350050e\ndone\n";
    const char *why = NULL;
    struct report r;

    (void)state;
    report_init(&r, 16, 0);
    assert_true(report_feed(&r, text, strlen(text), &why));
    assert_true(report_complete(&r));
    assert_string_equal(r.window, "26c65e52cb459350050e");
}

static void
test_incomplete_reports(void **state)
{
    struct report r;

    (void)state;
    assert_null(feed(&r, ""));
    assert_false(report_complete(&r));
    assert_null(feed(&r, HELLO WINDOW FILE_10));
    assert_false(report_complete(&r));
    assert_null(feed(&r, HELLO WINDOW FILE_10 "done"));
    assert_false(report_complete(&r));
    assert_null(feed(&r, HELLO "error No space left on device\n"));
    assert_false(report_complete(&r));
    assert_string_equal(r.error, "No space left on device");
}

static void
test_nonsense_reports(void **state)
{
    static const char *const texts[] = {
        WINDOW,                          /* no greeting */
        "hello 1 " PACKAGE_VERSION "\n", /* another protocol */
        "hello 2 " PACKAGE_VERSION "\n",
        "hello 3 0.0.9\n", /* another program */
        HELLO HELLO,
        HELLO "progress 5 a\nprogress 4 a\n", /* goes back */
        HELLO "progress 5 a\nsaved 6\n",      /* more than is done */
        HELLO "progress 5 a\nsaved 5\nsaved 4\n",
        HELLO WINDOW WINDOW,
        HELLO FILE_10 FILE_10,
        HELLO "window 921642019893809\n",  /* 15 digits */
        HELLO "window 92164201989380ab\n", /* another radix */
        HELLO "file 11 " SHA256 "\n",      /* another length */
        HELLO "done\n",
        HELLO CHECKED WINDOW "done\n",  /* no file */
        HELLO CHECKED FILE_10 "done\n", /* no window */
        HELLO WINDOW FILE_10 "done\n",  /* not checked */
        HELLO CHECKED CHECKED,
        HELLO CHECKED WINDOW FILE_10 "done\ndone\n",
        HELLO "error x\nprogress 5 a\n",
        HELLO "\n",
        "\n",
        HELLO "rubbish\n",
    };
    struct report r;

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        if (!feed(&r, texts[i])) {
            fail_msg("\"%s\" was taken for a report", texts[i]);
        }
    }
}

static void
test_endless_line(void **state)
{
    char text[PROTOCOL_LINE_SIZE + 1];
    const char *why = NULL;
    struct report r;

    (void)state;
    memset(text, 'x', sizeof text);
    report_init(&r, 10, 10);
    assert_true(report_feed(&r, text, PROTOCOL_LINE_SIZE - 1, &why));
    assert_false(report_feed(&r, text, 1, &why));
    assert_string_equal(why, "a line that is too long");
    report_init(&r, 10, 10);
    assert_false(report_feed(&r, text, sizeof text, &why));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_print_and_parse_agree),
        cmocka_unit_test(test_lines_are_sent_whole),
        cmocka_unit_test(test_error_is_one_line),
        cmocka_unit_test(test_nonsense_lines),
        cmocka_unit_test(test_whole_report),
        cmocka_unit_test(test_report_in_single_bytes),
        cmocka_unit_test(test_report_without_file),
        cmocka_unit_test(test_incomplete_reports),
        cmocka_unit_test(test_nonsense_reports),
        cmocka_unit_test(test_endless_line),
    };

    return cmocka_run_group_tests_name("protocol", tests, NULL, NULL);
}
