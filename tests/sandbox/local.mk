# Our programs with a door for what they must not do: tests/faults/sandbox.test.mjs.
deed_sources = tests/sandbox/deeds.c tests/sandbox/deeds.h
deed_ldflags = $(AM_LDFLAGS) -Wl,--wrap=sandbox_landlock_version,--wrap=seccomp_load
noinst_PROGRAMS += tests/sandbox/nthpid tests/sandbox/fcgi
tests_sandbox_nthpid_SOURCES = tests/sandbox/nthpid.c $(deed_sources)
tests_sandbox_nthpid_CFLAGS = $(libdaemon_a_CFLAGS) $(SECCOMP_CFLAGS)
tests_sandbox_nthpid_LDFLAGS = $(deed_ldflags) -Wl,--wrap=launch_pending
tests_sandbox_nthpid_LDADD = $(nthpid_LDADD)
tests_sandbox_fcgi_SOURCES = tests/sandbox/fcgi.c $(deed_sources) $(nthpi_fcgi_SOURCES)
tests_sandbox_fcgi_CFLAGS = $(libweb_a_CFLAGS) $(SECCOMP_CFLAGS)
tests_sandbox_fcgi_LDADD = $(nthpi_fcgi_LDADD)
tests_sandbox_fcgi_LINK = $(CXXLD) $(AM_CXXFLAGS) $(CXXFLAGS) $(deed_ldflags) \
	-Wl,--wrap=page_health $(LDFLAGS) -o $@
EXTRA_DIST += tests/faults/sandbox.test.mjs tests/faults/users.test.mjs \
	tests/faults/hardening.test.mjs tests/lib/units.mjs
