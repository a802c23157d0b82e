/*
 * The thread takes SIGHUP by sigwait(); all others have it blocked, since they begin
 * with the mask of the first. The end of the program uses the same signal to wake it.
 */
#include "config.h"

#include "fcgi/reload.h"

#include "common/log.h"
#include "fcgi/view.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct reload {
    pthread_t thread;
    struct view *view;
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

static void *
run(void *argument)
{
    struct reload *reload = argument;
    const sigset_t set = hang_up();
    int signal;
    while (sigwait(&set, &signal) == 0 && !atomic_load(&reload->stopping)) {
        log_reopen();
        if (view_reload(reload->view) == 0)
            log_info("templates were read again");
        else
            log_error("the templates stay as they were");
    }
    return NULL;
}

struct reload *
reload_start(struct view *view)
{
    struct reload *reload = calloc(1, sizeof *reload);
    sigset_t all, before;
    if (reload == NULL) {
        log_error("no memory");
        return NULL;
    }
    reload->view = view;
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
