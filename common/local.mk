# What both programs share: libcommon.a
noinst_LIBRARIES += libcommon.a
libcommon_a_CFLAGS = $(AM_CFLAGS) $(SQLITE_CFLAGS) $(SODIUM_CFLAGS) $(INIH_CFLAGS) \
	$(SECCOMP_CFLAGS)
libcommon_a_SOURCES = \
	common/computation.c common/computation.h \
	common/conf.c common/conf.h common/conf_internal.h \
	common/conf_file.c \
	common/conf_state.c \
	common/conf_table.c \
	common/conf_text.c \
	common/conf_value.c \
	common/cost.c common/cost.h \
	common/digits.h common/digits_internal.h \
	common/digits_check.c \
	common/digits_publish.c \
	common/digits_read.c \
	common/digits_sha256.c \
	common/digits_sum.c \
	common/digits_trust.c \
	common/digits_write.c \
	common/doorbell.c common/doorbell.h \
	common/log.c common/log.h \
	common/log_repeat.c common/log_repeat.h \
	common/position.c common/position.h \
	common/reason.c common/reason.def common/reason.h \
	common/sandbox.c common/sandbox.h common/sandbox_internal.h \
	common/sandbox_calls.c \
	common/sandbox_kernel.c \
	common/sandbox_paths.c \
	common/sandbox_table.c \
	common/search.c common/search.h \
	common/search_build.c \
	common/search_index.c common/search_index.h \
	common/search_parse.c \
	common/search_scan.c \
	common/search_shelf.c \
	common/shared_file.c common/shared_file.h \
	common/state.c common/state.h \
	common/statistics.c common/statistics.h \
	common/store.c common/store.h common/store_internal.h \
	common/store_ask.c common/store_ask.h \
	common/store_backup.c common/store_backup.h \
	common/store_changes.c \
	common/store_check.c common/store_check.h \
	common/store_cost.c common/store_cost.h \
	common/store_crowd.c \
	common/store_cursor.c \
	common/store_damage.c \
	common/store_index.c \
	common/store_lease.c \
	common/store_list.c common/store_list.h \
	common/store_look.c \
	common/store_open.c \
	common/store_pending.c \
	common/store_prune.c \
	common/store_publish.c \
	common/store_queue.c common/store_queue.h \
	common/store_row.c \
	common/store_sorted.c \
	common/store_sql.c \
	common/store_statistics.c common/store_statistics.h \
	common/store_status.c common/store_status.h \
	common/store_worker.c common/store_worker.h
nodist_libcommon_a_SOURCES = common/schema_sql.c
common_LIBS = libcommon.a $(SQLITE_LIBS) $(SODIUM_LIBS) $(INIH_LIBS) $(SECCOMP_LIBS) -lm

# The schema is compiled in: a program and its schema cannot be mixed up.
BUILT_SOURCES += common/schema_sql.c
CLEANFILES += common/schema_sql.c
schema_files = conf/schema/1.sql conf/schema/2.sql conf/schema/3.sql conf/schema/4.sql \
	conf/schema/5.sql
EXTRA_DIST += $(schema_files) common/embed_schema.awk common/schema.h
common/schema_sql.c: $(schema_files) common/embed_schema.awk
	$(AM_V_GEN)$(MKDIR_P) common && \
	  (cd $(srcdir) && $(AWK) -f common/embed_schema.awk $(schema_files)) > $@.tmp && \
	  mv $@.tmp $@

# The example configuration comes from the table of options.
noinst_PROGRAMS += common/conf-example
common_conf_example_SOURCES = common/conf_example.c
common_conf_example_LDADD = $(common_LIBS)
noinst_DATA = conf/nthpi.conf
CLEANFILES += conf/nthpi.conf
conf/nthpi.conf: common/conf-example$(EXEEXT)
	$(AM_V_GEN)$(MKDIR_P) conf && common/conf-example$(EXEEXT) > $@.tmp && \
	  mv $@.tmp $@

# Installed where the programs look for it, unless there is one already; removed
# again while nobody has changed it.
install-data-local: install-conf
uninstall-local: uninstall-conf
install-conf: conf/nthpi.conf
	@$(MKDIR_P) "$(DESTDIR)$(sysconfdir)"
	test -e "$(DESTDIR)$(sysconfdir)/nthpi.conf" || \
	  $(INSTALL_DATA) conf/nthpi.conf "$(DESTDIR)$(sysconfdir)/nthpi.conf"
uninstall-conf: conf/nthpi.conf
	! cmp -s conf/nthpi.conf "$(DESTDIR)$(sysconfdir)/nthpi.conf" || \
	  rm -f "$(DESTDIR)$(sysconfdir)/nthpi.conf"
.PHONY: install-conf uninstall-conf
