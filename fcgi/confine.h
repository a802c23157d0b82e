/*
 * What nthpi-fcgi may do once it runs, in terms of common/sandbox.h.
 */
#ifndef NTHPI_FCGI_CONFINE_H
#define NTHPI_FCGI_CONFINE_H

#include "common/conf.h"

/* Holds this process, which has its sockets and keys: of the state folder the database
 * and run/ can be written to and the digits read, templates can be read again, and
 * nothing can be executed or connected to. Before threads start. False: it must not go
 * on (logged). */
bool confine_web(const struct conf *conf);

#endif
