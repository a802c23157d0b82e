/*
 * What nthpid and its workers may do, in terms of common/sandbox.h.
 */
#ifndef NTHPI_CONFINE_H
#define NTHPI_CONFINE_H

#include "common/conf.h"

/* Holds the daemon, which has opened what it keeps: only the parts of its state folder
 * are written to, and only the program open on EXE_FD is executed. False: it must not
 * go on (logged). */
bool confine_daemon(const struct conf *conf, int exe_fd);

/* Holds a worker, which from now on opens no file and starts nothing but threads. The
 * daemon has told what the kernel does not offer. False: it must not go on. */
bool confine_worker(enum sandbox_mode mode);

#endif
