/*
 * SIGHUP: the log file is opened anew, and templates are read again. A thread of its
 * own waits for the signal, so that nobody else waits for the files. It also closes
 * search indexes that were removed, within a second or two.
 */
#ifndef NTHPI_RELOAD_H
#define NTHPI_RELOAD_H

#include "fcgi/app.h"

struct reload;

/* Keeps SIGHUP back until reload_start(). Before the process has threads. */
void reload_block(void);

/* Reloads APP's view at each SIGHUP from now on, with a message in the log, and tidies
 * its shelf. APP stays the caller's. NULL: an error, logged. */
struct reload *reload_start(const struct app *app);

/* Ends that; NULL is allowed. Before APP's view and shelf are closed. */
void reload_stop(struct reload *reload);

#endif
