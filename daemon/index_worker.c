/*
 * The worker that makes an index, see index_worker.h. It tells its progress a few times
 * a second, and nothing else but the end.
 */
#include "config.h"

#include "daemon/index_worker.h"

#include "common/search_index.h"
#include "daemon/confine.h"
#include "daemon/protocol.h"
#include "daemon/worker.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

/* Progress of less than this is not told, millionths. */
enum { STEP_PPM = PROTOCOL_PPM / 200 };

struct telling {
    unsigned ppm; /* told last */
    bool broken;  /* the daemon is gone */
};

static void
tell(struct telling *t, const struct message *m)
{
    t->broken = t->broken || !protocol_send(WORKER_PIPE_FD, m);
}

static bool
on_progress(void *ctx, double fraction)
{
    struct telling *t = ctx;
    struct message m = {.kind = MESSAGE_PROGRESS, .phase = "index"};

    m.ppm = (unsigned)(fraction * PROTOCOL_PPM);
    /* The first pass only guesses how many will follow. */
    if (m.ppm >= t->ppm + STEP_PPM) {
        t->ppm = m.ppm;
        tell(t, &m);
    }
    return !t->broken;
}

static int
fail(struct telling *t, enum digits_rc rc)
{
    struct message m = {.kind = MESSAGE_ERROR};
    const char *why = rc == DIGITS_IO ? strerror(errno) : "the digits are damaged";

    if (t->broken) {
        return WORKER_PIPE;
    }
    if (rc == DIGITS_NO_MEMORY) {
        return WORKER_MEMORY;
    }
    snprintf(m.error, sizeof m.error, "%s", why);
    tell(t, &m);
    return WORKER_OUTPUT;
}

bool
index_is_order(int argc, char **argv)
{
    return argc == 5 && strcmp(argv[0], INDEX_ORDER) == 0;
}

int
index_worker(char **argv)
{
    struct telling t = {0, false};
    struct message m = {
        .kind = MESSAGE_HELLO, .version = PROTOCOL_VERSION, .package = PACKAGE_VERSION};
    enum sandbox_mode sandbox;
    uint64_t length;
    enum digits_rc rc;
    int radix;

    if (!radix_parse(argv[1], &radix) || position_parse(argv[2], &length) != ASK_OK ||
        !sandbox_mode_parse(argv[4], &sandbox) || signal(SIGPIPE, SIG_IGN) == SIG_ERR ||
        signal(SIGXFSZ, SIG_IGN) == SIG_ERR) {
        return WORKER_USAGE;
    }
    prctl(PR_SET_NAME, WORKER_NAME);
    tell(&t, &m);
    if (!confine_worker(sandbox)) {
        return WORKER_USAGE;
    }
    rc = search_index_build(WORKER_TEXT_FD, WORKER_SUM_FD, radix, length,
                            WORKER_SAVE_FD, INDEX_SORT_MEMORY, on_progress, &t);
    if (rc != DIGITS_OK) {
        return fail(&t, rc);
    }
    m = (struct message){.kind = MESSAGE_DONE};
    tell(&t, &m);
    return t.broken ? WORKER_PIPE : WORKER_OK;
}
