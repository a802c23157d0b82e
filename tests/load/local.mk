# What drives a site for contrib/bench/web and for the tests of parked polls.
noinst_PROGRAMS += tests/load/load
tests_load_load_SOURCES = tests/load/main.c tests/load/load.h \
	tests/load/change.c tests/load/change.h \
	tests/load/fanout.c \
	tests/load/fleet.c tests/load/fleet.h \
	tests/load/follow.c \
	tests/load/http.c tests/load/http.h \
	tests/load/taken.c
tests_load_load_CFLAGS = $(AM_CFLAGS) $(SQLITE_CFLAGS) $(JANSSON_CFLAGS)
tests_load_load_LDADD = $(common_LIBS) $(JANSSON_LIBS)
# What keeps sockets open for nthpi-fcgi in tests/faults/graceful.test.mjs.
noinst_PROGRAMS += tests/load/activate
tests_load_activate_SOURCES = tests/load/activate.c
