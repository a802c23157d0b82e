/*
 * SIGHUP: the log file is opened anew, and templates are read again. A thread of its
 * own waits for the signal, so that nobody else waits for the files.
 */
#ifndef NTHPI_RELOAD_H
#define NTHPI_RELOAD_H

struct reload;
struct view;

/* Keeps SIGHUP back until reload_start(). Before the process has threads. */
void reload_block(void);

/* Reloads VIEW at each SIGHUP from now on, with a message in the log. NULL: an error,
 * logged. */
struct reload *reload_start(struct view *view);

/* Ends that; NULL is allowed. Before VIEW is closed. */
void reload_stop(struct reload *reload);

#endif
