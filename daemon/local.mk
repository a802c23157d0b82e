# nthpid, the computation daemon, and nthpi, the command line tool. All but the
# main files is a library, so that tests can link it.
sbin_PROGRAMS += nthpid
bin_PROGRAMS += nthpi
noinst_LIBRARIES += libdaemon.a

libdaemon_a_CFLAGS = $(AM_CFLAGS) $(SQLITE_CFLAGS) $(SODIUM_CFLAGS) $(GMP_CFLAGS)
libdaemon_a_SOURCES = \
	daemon/answer.c \
	daemon/aside.c daemon/aside.h \
	daemon/confine.c daemon/confine.h \
	daemon/daemon.c daemon/daemon.h \
	daemon/estimates.c \
	daemon/gmp_guard.c daemon/gmp_guard.h \
	daemon/guard.c \
	daemon/index.c \
	daemon/index_files.c \
	daemon/index_worker.c daemon/index_worker.h \
	daemon/launch.c \
	daemon/lock.c daemon/lock.h \
	daemon/machine.c daemon/machine.h \
	daemon/mend.c \
	daemon/plan.c daemon/plan.h \
	daemon/progress.c \
	daemon/program.c daemon/program.h \
	daemon/protocol.c daemon/protocol.h \
	daemon/publish.c \
	daemon/read_back.c daemon/read_back.h \
	daemon/recover.c \
	daemon/report.c daemon/report.h \
	daemon/sched.c daemon/sched.h \
	daemon/scrub.c \
	daemon/settle.c \
	daemon/slots.c daemon/slots.h \
	daemon/tally.c \
	daemon/upkeep.c \
	daemon/watch.c daemon/watch.h \
	daemon/worker.c daemon/worker.h \
	daemon/worker_main.c daemon/worker_main.h

nthpid_SOURCES = daemon/main.c
nthpid_LDADD = libdaemon.a $(engine_LIBS) $(common_LIBS)

nthpi_SOURCES = \
	daemon/nthpi.c daemon/cli.h \
	daemon/archive.c daemon/archive.h \
	daemon/cli_backup.c \
	daemon/cli_bench.c \
	daemon/cli_check.c \
	daemon/cli_compute.c \
	daemon/cli_estimate.c daemon/cli_estimate.h \
	daemon/cli_list.c \
	daemon/cli_output.c \
	daemon/cli_prune.c \
	daemon/cli_queue.c \
	daemon/cli_restore.c \
	daemon/cli_rows.c \
	daemon/cli_search.c \
	daemon/cli_site.c \
	daemon/cli_terminal.c \
	daemon/place.c daemon/place.h \
	daemon/place_check.c \
	daemon/place_elsewhere.c \
	daemon/place_here.c \
	daemon/remote.c daemon/remote.h \
	daemon/remote_json.c \
	daemon/remote_token.c \
	common/computation_json.c common/computation_json.h
nthpi_CFLAGS = $(AM_CFLAGS) $(SODIUM_CFLAGS) $(JANSSON_CFLAGS) $(ARCHIVE_CFLAGS) \
	$(CURL_CFLAGS)
nthpi_LDADD = libdaemon.a $(engine_LIBS) $(common_LIBS) $(JANSSON_LIBS) $(ARCHIVE_LIBS) \
	$(CURL_LIBS)

dist_man_MANS = daemon/nthpid.8 daemon/nthpi.1
