/*
 * The thread takes SIGHUP by sigtimedwait(); all others have it blocked, since they
 * begin with the mask of the first. The end of the program uses the same signal to wake
 * it. While none comes it looks after the open indexes: closing a file that was removed
 * means to free its blocks, for which no request should wait.
 */
#include "config.h"

#include "fcgi/reload.h"

#include "common/log.h"
#include "common/search_index.h"
#include "fcgi/view.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { TIDY_S = 1 };

struct reload {
    pthread_t thread;
    const struct app *app;
    atomic_bool stopping;
};

static sigset_t
hang_up(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGHUP);
    return set;
}

void
reload_block(void)
{
    const sigset_t set = hang_up();
    pthread_sigmask(SIG_BLOCK, &set, NULL);
}

static void
read_again(const struct app *app)
{
    log_reopen();
    if (view_reload(app->view) == 0)
        log_info("templates were read again");
    else
        log_error("the templates stay as they were");
}

static void *
run(void *argument)
{
    const struct timespec wait = {.tv_sec = TIDY_S};
    struct reload *reload = argument;
    const sigset_t set = hang_up();
    while (!atomic_load(&reload->stopping)) {
        int signal = sigtimedwait(&set, NULL, &wait);
        if (signal < 0 && errno != EAGAIN && errno != EINTR)
            break;
        if (signal > 0 && !atomic_load(&reload->stopping))
            read_again(reload->app);
        else
            search_shelf_tidy(reload->app->shelf, reload->app->digits_fd);
    }
    return NULL;
}

struct reload *
reload_start(const struct app *app)
{
    struct reload *reload = calloc(1, sizeof *reload);
    sigset_t all, before;
    if (reload == NULL) {
        log_error("no memory");
        return NULL;
    }
    reload->app = app;
    atomic_init(&reload->stopping, false);
    /* Signals that stop the program are for others. */
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    int error = pthread_create(&reload->thread, NULL, run, reload);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (error != 0) {
        log_error("cannot start a thread: %s", strerror(error));
        free(reload);
        return NULL;
    }
    return reload;
}

void
reload_stop(struct reload *reload)
{
    if (reload == NULL)
        return;
    atomic_store(&reload->stopping, true);
    pthread_kill(reload->thread, SIGHUP);
    pthread_join(reload->thread, NULL);
    free(reload);
}
