# nthpid, the computation daemon, and nthpi, the command line tool. All but
# main.c is a library, so that tests can link it.
sbin_PROGRAMS += nthpid
bin_PROGRAMS += nthpi
noinst_LIBRARIES += libdaemon.a

libdaemon_a_CFLAGS = $(AM_CFLAGS) $(SQLITE_CFLAGS) $(SODIUM_CFLAGS)
libdaemon_a_SOURCES = \
	daemon/sched.c daemon/sched.h \
	daemon/worker.c daemon/worker.h

nthpid_SOURCES = daemon/main.c
nthpid_LDADD = libdaemon.a $(engine_LIBS) $(common_LIBS)

nthpi_SOURCES = daemon/nthpi.c
nthpi_LDADD = libdaemon.a $(engine_LIBS) $(common_LIBS)
