# Unit tests, run by `make check`. The tests that need nginx, Node and Chromium
# are run by contrib/check.
if HAVE_CMOCKA
# What several tests use, compiled once for all of them; but not what takes the place of
# a function of ours.
check_LIBRARIES = tests/unit/libfixtures.a tests/unit/libdaemons.a
fixtures = tests/unit/libfixtures.a
tests_unit_libfixtures_a_SOURCES = \
	tests/unit/bbp_fixture.c \
	tests/unit/capture.c \
	tests/unit/digits_fixture.c \
	tests/unit/engine_fixture.c \
	tests/unit/engine_numbers.c \
	tests/unit/fcgi_client.c \
	tests/unit/mul_fixture.c \
	tests/unit/request_fixture.c \
	tests/unit/search_fixture.c \
	tests/unit/site_fixture.c \
	tests/unit/store_fixture.c \
	tests/unit/temporary.c \
	tests/unit/verify_fixture.c
tests_unit_libfixtures_a_CFLAGS = $(libweb_a_CFLAGS) $(GMP_CFLAGS) $(CMOCKA_CFLAGS)
# Those that take longest begin first: so that none is alone at the end, and those that
# wait for programs do so beside those that compute.
unit_tests = \
	tests/unit/test_daemon_faults \
	tests/unit/test_daemon_resume \
	tests/unit/test_engine_ntt \
	tests/unit/test_daemon_index \
	tests/unit/test_daemon_saves \
	tests/unit/test_growth \
	tests/unit/test_daemon_limits \
	tests/unit/test_daemon_damage
# The engine.
unit_tests += \
	tests/unit/test_engine_table \
	tests/unit/test_engine_run \
	tests/unit/test_engine_progress \
	tests/unit/test_engine_radix \
	tests/unit/test_engine_spigot \
	tests/unit/test_engine_chudnovsky \
	tests/unit/test_engine_exact \
	tests/unit/test_engine_fraction \
	tests/unit/test_engine_memory \
	tests/unit/test_engine_mul \
	tests/unit/test_engine_mul_wrap \
	tests/unit/test_engine_newton \
	tests/unit/test_engine_ntt_limits \
	tests/unit/test_engine_split \
	tests/unit/test_engine_verify \
	tests/unit/test_engine_verify_windows \
	tests/unit/test_engine_checked \
	tests/unit/test_engine_resume \
	tests/unit/test_engine_bbp \
	tests/unit/test_engine_bbp_terms \
	tests/unit/test_engine_fixed \
	tests/unit/test_engine_sieve \
	tests/unit/test_engine_bbp_kernels \
	tests/unit/test_engine_bbp_identity \
	tests/unit/test_engine_bbp_primes \
	tests/unit/test_engine_bbp_places \
	tests/unit/test_engine_bbp_far \
	tests/unit/test_engine_properties \
	tests/unit/test_engine_conversion \
	tests/unit/test_engine_failures \
	tests/unit/test_engine_limits \
	tests/unit/test_engine_agree
# The same without products of our own, as on another processor.
unit_tests += \
	tests/unit/test_engine_chudnovsky_gmp \
	tests/unit/test_engine_fraction_gmp \
	tests/unit/test_engine_mul_gmp \
	tests/unit/test_engine_mul_wrap_gmp \
	tests/unit/test_engine_newton_gmp \
	tests/unit/test_engine_radix_gmp \
	tests/unit/test_engine_split_gmp
gmp_only = -Wl,--wrap=ntt_from,--wrap=mul_short_usable
mul_fixture = tests/unit/mul_fixture.h
engine_fixture = tests/unit/engine_fixture.h
tests_unit_test_engine_table_SOURCES = tests/unit/test_engine_table.c \
	$(engine_fixture)
tests_unit_test_engine_table_CFLAGS = $(AM_CFLAGS) $(GMP_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_engine_table_LDADD = $(fixtures) $(engine_LIBS) $(CMOCKA_LIBS)
tests_unit_test_engine_run_SOURCES = tests/unit/test_engine_run.c \
	$(engine_fixture)
tests_unit_test_engine_run_CFLAGS = $(AM_CFLAGS) $(GMP_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_engine_run_LDADD = $(fixtures) $(engine_LIBS) $(CMOCKA_LIBS)
tests_unit_test_engine_progress_SOURCES = tests/unit/test_engine_progress.c \
	tests/unit/cmocka_all.h $(engine_fixture)
tests_unit_test_engine_progress_CFLAGS = $(AM_CFLAGS) $(GMP_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_engine_progress_LDADD = $(fixtures) $(engine_LIBS) $(CMOCKA_LIBS)
tests_unit_test_engine_radix_SOURCES = tests/unit/test_engine_radix.c \
	$(engine_fixture)
tests_unit_test_engine_radix_CFLAGS = $(AM_CFLAGS) $(GMP_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_engine_radix_LDADD = $(fixtures) $(engine_LIBS) $(CMOCKA_LIBS)
tests_unit_test_engine_spigot_SOURCES = tests/unit/test_engine_spigot.c \
	$(engine_fixture)
tests_unit_test_engine_spigot_CFLAGS = $(AM_CFLAGS) $(GMP_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_engine_spigot_LDADD = $(fixtures) $(engine_LIBS) $(CMOCKA_LIBS)
tests_unit_test_engine_chudnovsky_SOURCES = tests/unit/test_engine_chudnovsky.c \
	$(engine_fixture)
tests_unit_test_engine_chudnovsky_CFLAGS = $(AM_CFLAGS) $(GMP_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_engine_chudnovsky_LDADD = $(fixtures) $(engine_LIBS) $(CMOCKA_LIBS)
tests_unit_test_engine_bbp_SOURCES = tests/unit/test_engine_bbp.c \
	$(engine_fixture)
tests_unit_test_engine_bbp_CFLAGS = $(AM_CFLAGS) $(GMP_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_engine_bbp_LDADD = $(fixtures) $(engine_LIBS) $(CMOCKA_LIBS)
tests_unit_test_engine_bbp_terms_SOURCES = tests/unit/test_engine_bbp_terms.c \
	$(engine_fixture)
tests_unit_test_engine_exact_SOURCES = tests/unit/test_engine_exact.c \
	tests/unit/cmocka_all.h $(engine_fixture)
tests_unit_test_engine_exact_CFLAGS = $(AM_CFLAGS) $(GMP_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_engine_exact_LDADD = $(fixtures) $(engine_LIBS) $(CMOCKA_LIBS)
tests_unit_test_engine_fraction_SOURCES = tests/unit/test_engine_fraction.c \
	tests/unit/cmocka_all.h $(engine_fixture)
tests_unit_test_engine_fraction_CFLAGS = $(AM_CFLAGS) $(GMP_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_engine_fraction_LDADD = $(fixtures) $(engine_LIBS) $(CMOCKA_LIBS)
tests_unit_test_engine_ntt_SOURCES = tests/unit/test_engine_ntt.c \
	tests/unit/cmocka_all.h $(engine_fixture)
tests_unit_test_engine_ntt_CFLAGS = $(AM_CFLAGS) $(GMP_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_engine_ntt_LDADD = $(fixtures) $(engine_LIBS) $(CMOCKA_LIBS)
tests_unit_test_engine_ntt_limits_SOURCES = tests/unit/test_engine_ntt_limits.c \
	tests/unit/cmocka_all.h $(engine_fixture)
tests_unit_test_engine_ntt_limits_CFLAGS = $(AM_CFLAGS) $(GMP_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_engine_ntt_limits_LDADD = $(fixtures) $(engine_LIBS) $(CMOCKA_LIBS)
tests_unit_test_engine_memory_SOURCES = tests/unit/test_engine_memory.c \
	tests/unit/cmocka_all.h $(engine_fixture)
tests_unit_test_engine_memory_CFLAGS = $(AM_CFLAGS) $(GMP_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_engine_memory_LDADD = $(fixtures) $(engine_LIBS) $(CMOCKA_LIBS)
tests_unit_test_engine_mul_SOURCES = tests/unit/test_engine_mul.c \
	$(mul_fixture) tests/unit/cmocka_all.h $(engine_fixture)
tests_unit_test_engine_mul_CFLAGS = $(AM_CFLAGS) $(GMP_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_engine_mul_LDADD = $(fixtures) $(engine_LIBS) $(CMOCKA_LIBS)
tests_unit_test_engine_mul_wrap_SOURCES = tests/unit/test_engine_mul_wrap.c \
	$(mul_fixture) tests/unit/cmocka_all.h $(engine_fixture)
tests_unit_test_engine_mul_wrap_CFLAGS = $(AM_CFLAGS) $(GMP_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_engine_mul_wrap_LDADD = $(fixtures) $(engine_LIBS) $(CMOCKA_LIBS)
tests_unit_test_engine_newton_SOURCES = tests/unit/test_engine_newton.c \
	tests/unit/cmocka_all.h $(engine_fixture)
tests_unit_test_engine_newton_CFLAGS = $(AM_CFLAGS) $(GMP_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_engine_newton_LDADD = $(fixtures) $(engine_LIBS) $(CMOCKA_LIBS)
tests_unit_test_engine_split_SOURCES = tests/unit/test_engine_split.c \
	tests/unit/cmocka_all.h $(engine_fixture)
tests_unit_test_engine_split_CFLAGS = $(AM_CFLAGS) $(GMP_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_engine_split_LDADD = $(fixtures) $(engine_LIBS) $(CMOCKA_LIBS)
tests_unit_test_engine_chudnovsky_gmp_SOURCES = tests/unit/test_engine_chudnovsky.c \
	tests/unit/gmp_only.c tests/unit/cmocka_all.h $(engine_fixture)
tests_unit_test_engine_chudnovsky_gmp_CFLAGS = $(AM_CFLAGS) $(GMP_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_engine_chudnovsky_gmp_LDFLAGS = $(gmp_only)
tests_unit_test_engine_chudnovsky_gmp_LDADD = $(fixtures) $(engine_LIBS) $(CMOCKA_LIBS)
tests_unit_test_engine_fraction_gmp_SOURCES = tests/unit/test_engine_fraction.c \
	tests/unit/gmp_only.c tests/unit/cmocka_all.h $(engine_fixture)
tests_unit_test_engine_fraction_gmp_CFLAGS = $(AM_CFLAGS) $(GMP_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_engine_fraction_gmp_LDFLAGS = $(gmp_only)
tests_unit_test_engine_fraction_gmp_LDADD = $(fixtures) $(engine_LIBS) $(CMOCKA_LIBS)
tests_unit_test_engine_mul_gmp_SOURCES = tests/unit/test_engine_mul.c \
	$(mul_fixture) tests/unit/gmp_only.c tests/unit/cmocka_all.h $(engine_fixture)
tests_unit_test_engine_mul_gmp_CFLAGS = $(AM_CFLAGS) $(GMP_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_engine_mul_gmp_LDFLAGS = $(gmp_only)
tests_unit_test_engine_mul_gmp_LDADD = $(fixtures) $(engine_LIBS) $(CMOCKA_LIBS)
tests_unit_test_engine_mul_wrap_gmp_SOURCES = tests/unit/test_engine_mul_wrap.c \
	$(mul_fixture) tests/unit/gmp_only.c tests/unit/cmocka_all.h $(engine_fixture)
tests_unit_test_engine_mul_wrap_gmp_CFLAGS = $(AM_CFLAGS) $(GMP_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_engine_mul_wrap_gmp_LDFLAGS = $(gmp_only)
tests_unit_test_engine_mul_wrap_gmp_LDADD = $(fixtures) $(engine_LIBS) $(CMOCKA_LIBS)
tests_unit_test_engine_newton_gmp_SOURCES = tests/unit/test_engine_newton.c \
	tests/unit/gmp_only.c tests/unit/cmocka_all.h $(engine_fixture)
tests_unit_test_engine_newton_gmp_CFLAGS = $(AM_CFLAGS) $(GMP_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_engine_newton_gmp_LDFLAGS = $(gmp_only)
tests_unit_test_engine_newton_gmp_LDADD = $(fixtures) $(engine_LIBS) $(CMOCKA_LIBS)
tests_unit_test_engine_radix_gmp_SOURCES = tests/unit/test_engine_radix.c \
	tests/unit/gmp_only.c tests/unit/cmocka_all.h $(engine_fixture)
tests_unit_test_engine_radix_gmp_CFLAGS = $(AM_CFLAGS) $(GMP_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_engine_radix_gmp_LDFLAGS = $(gmp_only)
tests_unit_test_engine_radix_gmp_LDADD = $(fixtures) $(engine_LIBS) $(CMOCKA_LIBS)
tests_unit_test_engine_split_gmp_SOURCES = tests/unit/test_engine_split.c \
	tests/unit/gmp_only.c tests/unit/cmocka_all.h $(engine_fixture)
tests_unit_test_engine_split_gmp_CFLAGS = $(AM_CFLAGS) $(GMP_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_engine_split_gmp_LDFLAGS = $(gmp_only)
tests_unit_test_engine_split_gmp_LDADD = $(fixtures) $(engine_LIBS) $(CMOCKA_LIBS)
verify_fixture = tests/unit/verify_fixture.h
tests_unit_test_engine_verify_SOURCES = tests/unit/test_engine_verify.c \
	tests/unit/cmocka_all.h $(engine_fixture) $(verify_fixture)
tests_unit_test_engine_verify_CFLAGS = $(AM_CFLAGS) $(GMP_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_engine_verify_LDADD = $(fixtures) libcommon.a $(engine_LIBS) $(CMOCKA_LIBS)
tests_unit_test_engine_verify_windows_SOURCES = \
	tests/unit/test_engine_verify_windows.c tests/unit/cmocka_all.h $(engine_fixture) \
	$(verify_fixture)
tests_unit_test_engine_verify_windows_CFLAGS = $(AM_CFLAGS) $(GMP_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_engine_verify_windows_LDADD = $(fixtures) libcommon.a $(engine_LIBS) $(CMOCKA_LIBS)
tests_unit_test_engine_checked_SOURCES = tests/unit/test_engine_checked.c \
	tests/unit/cmocka_all.h $(engine_fixture)
tests_unit_test_engine_checked_CFLAGS = $(AM_CFLAGS) $(GMP_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_engine_checked_LDADD = $(fixtures) libcommon.a $(engine_LIBS) $(CMOCKA_LIBS)
tests_unit_test_engine_resume_SOURCES = tests/unit/test_engine_resume.c \
	tests/unit/cmocka_all.h $(engine_fixture)
tests_unit_test_engine_resume_CFLAGS = $(AM_CFLAGS) $(GMP_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_engine_resume_LDADD = $(fixtures) $(engine_LIBS) $(CMOCKA_LIBS)
tests_unit_test_engine_bbp_terms_CFLAGS = $(AM_CFLAGS) $(GMP_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_engine_bbp_terms_LDADD = $(fixtures) $(engine_LIBS) $(CMOCKA_LIBS)
tests_unit_test_engine_fixed_SOURCES = tests/unit/test_engine_fixed.c \
	$(engine_fixture)
tests_unit_test_engine_fixed_CFLAGS = $(AM_CFLAGS) $(GMP_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_engine_fixed_LDADD = $(fixtures) $(engine_LIBS) $(CMOCKA_LIBS)
tests_unit_test_engine_sieve_SOURCES = tests/unit/test_engine_sieve.c \
	$(bbp_fixture)
tests_unit_test_engine_sieve_CFLAGS = $(AM_CFLAGS) $(GMP_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_engine_sieve_LDADD = $(fixtures) $(engine_LIBS) $(CMOCKA_LIBS)
bbp_fixture = tests/unit/bbp_fixture.h \
	tests/unit/cmocka_all.h
tests_unit_test_engine_bbp_kernels_SOURCES = tests/unit/test_engine_bbp_kernels.c \
	$(bbp_fixture) $(engine_fixture)
tests_unit_test_engine_bbp_kernels_CFLAGS = $(AM_CFLAGS) $(GMP_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_engine_bbp_kernels_LDADD = $(fixtures) $(engine_LIBS) $(CMOCKA_LIBS)
tests_unit_test_engine_bbp_identity_SOURCES = tests/unit/test_engine_bbp_identity.c \
	$(bbp_fixture)
tests_unit_test_engine_bbp_identity_CFLAGS = $(AM_CFLAGS) $(GMP_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_engine_bbp_identity_LDADD = $(fixtures) $(engine_LIBS) $(CMOCKA_LIBS)
tests_unit_test_engine_bbp_primes_SOURCES = tests/unit/test_engine_bbp_primes.c \
	$(engine_fixture)
tests_unit_test_engine_bbp_primes_CFLAGS = $(AM_CFLAGS) $(GMP_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_engine_bbp_primes_LDADD = $(fixtures) $(engine_LIBS) $(CMOCKA_LIBS)
tests_unit_test_engine_bbp_places_SOURCES = tests/unit/test_engine_bbp_places.c \
	tests/unit/cmocka_all.h $(engine_fixture)
tests_unit_test_engine_bbp_places_CFLAGS = $(AM_CFLAGS) $(GMP_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_engine_bbp_places_LDADD = $(fixtures) $(engine_LIBS) $(CMOCKA_LIBS)
tests_unit_test_engine_bbp_far_SOURCES = tests/unit/test_engine_bbp_far.c \
	$(bbp_fixture) $(engine_fixture)
tests_unit_test_engine_bbp_far_CFLAGS = $(AM_CFLAGS) $(GMP_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_engine_bbp_far_LDADD = $(fixtures) $(engine_LIBS) $(CMOCKA_LIBS)
engine_numbers = tests/unit/engine_numbers.h \
	tests/unit/cmocka_all.h $(engine_fixture)
tests_unit_test_engine_properties_SOURCES = tests/unit/test_engine_properties.c \
	$(engine_numbers)
tests_unit_test_engine_properties_CFLAGS = $(AM_CFLAGS) $(GMP_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_engine_properties_LDADD = $(fixtures) $(engine_LIBS) $(CMOCKA_LIBS)
tests_unit_test_engine_conversion_SOURCES = tests/unit/test_engine_conversion.c \
	$(engine_numbers)
tests_unit_test_engine_conversion_CFLAGS = $(AM_CFLAGS) $(GMP_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_engine_conversion_LDADD = $(fixtures) $(engine_LIBS) $(CMOCKA_LIBS)
tests_unit_test_engine_failures_SOURCES = tests/unit/test_engine_failures.c \
	tests/unit/cmocka_all.h $(engine_fixture)
tests_unit_test_engine_failures_CFLAGS = $(AM_CFLAGS) $(GMP_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_engine_failures_LDFLAGS = $(AM_LDFLAGS) \
	-Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=free \
	-Wl,--wrap=aligned_alloc,--wrap=posix_memalign \
	-Wl,--wrap=pthread_create,--wrap=radix_digits
tests_unit_test_engine_failures_LDADD = $(fixtures) $(engine_LIBS) $(CMOCKA_LIBS)
tests_unit_test_engine_limits_SOURCES = tests/unit/test_engine_limits.c \
	tests/unit/cmocka_all.h $(engine_fixture)
tests_unit_test_engine_limits_CFLAGS = $(AM_CFLAGS) $(GMP_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_engine_limits_LDADD = $(fixtures) libdaemon.a $(engine_LIBS) $(CMOCKA_LIBS)
tests_unit_test_engine_agree_SOURCES = tests/unit/test_engine_agree.c \
	tests/unit/cmocka_all.h $(engine_fixture)
tests_unit_test_engine_agree_CFLAGS = $(AM_CFLAGS) $(GMP_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_engine_agree_LDADD = $(fixtures) $(engine_LIBS) $(CMOCKA_LIBS)
# Publishes as many digits as tests of a whole site need.
check_PROGRAMS += tests/unit/make_digits
tests_unit_make_digits_SOURCES = tests/unit/make_digits.c
tests_unit_make_digits_CFLAGS = $(AM_CFLAGS) $(SQLITE_CFLAGS) $(SODIUM_CFLAGS)
tests_unit_make_digits_LDADD = $(common_LIBS)
# The daemon.
unit_tests += \
	tests/unit/test_plan \
	tests/unit/test_upkeep \
	tests/unit/test_watch \
	tests/unit/test_protocol \
	tests/unit/test_news \
	tests/unit/test_worker \
	tests/unit/test_slots \
	tests/unit/test_daemon_jobs \
	tests/unit/test_daemon_turns \
	tests/unit/test_daemon_verify \
	tests/unit/test_daemon_auto \
	tests/unit/test_daemon_recovery \
	tests/unit/test_daemon_disk \
	tests/unit/test_tally
daemon_test_CFLAGS = $(AM_CFLAGS) $(SQLITE_CFLAGS) $(CMOCKA_CFLAGS)
daemon_test_LDADD = $(daemons) libdaemon.a $(engine_LIBS) $(common_LIBS) $(CMOCKA_LIBS)
tests_unit_test_upkeep_SOURCES = tests/unit/test_upkeep.c $(daemon_fixture)
tests_unit_test_upkeep_CFLAGS = $(daemon_test_CFLAGS)
tests_unit_test_upkeep_LDADD = $(daemon_test_LDADD)
tests_unit_test_watch_SOURCES = tests/unit/test_watch.c
tests_unit_test_watch_CFLAGS = $(daemon_test_CFLAGS)
tests_unit_test_watch_LDADD = $(daemon_test_LDADD)
tests_unit_test_plan_SOURCES = tests/unit/test_plan.c
tests_unit_test_plan_CFLAGS = $(daemon_test_CFLAGS)
tests_unit_test_plan_LDADD = $(daemon_test_LDADD)
tests_unit_test_protocol_SOURCES = tests/unit/test_protocol.c
tests_unit_test_protocol_CFLAGS = $(daemon_test_CFLAGS)
tests_unit_test_protocol_LDADD = $(daemon_test_LDADD)
tests_unit_test_news_SOURCES = tests/unit/test_news.c
tests_unit_test_news_CFLAGS = $(daemon_test_CFLAGS)
tests_unit_test_news_LDADD = $(daemon_test_LDADD)
tests_unit_test_worker_SOURCES = tests/unit/test_worker.c
tests_unit_test_worker_CFLAGS = $(daemon_test_CFLAGS)
tests_unit_test_worker_LDADD = $(daemon_test_LDADD)
tests_unit_test_slots_SOURCES = tests/unit/test_slots.c
tests_unit_test_slots_CFLAGS = $(daemon_test_CFLAGS)
tests_unit_test_slots_LDADD = $(daemon_test_LDADD)
# These start the daemon.
daemons = tests/unit/libdaemons.a $(fixtures)
tests_unit_libdaemons_a_SOURCES = tests/unit/daemon_fixture.c \
	tests/unit/daemon_processes.c
tests_unit_libdaemons_a_CFLAGS = $(daemon_test_CFLAGS)
daemon_fixture = tests/unit/daemon_fixture.h
tests_unit_test_daemon_jobs_SOURCES = tests/unit/test_daemon_jobs.c $(daemon_fixture)
tests_unit_test_daemon_jobs_CFLAGS = $(daemon_test_CFLAGS)
tests_unit_test_daemon_jobs_LDADD = $(daemon_test_LDADD)
tests_unit_test_daemon_jobs_DEPENDENCIES = nthpid$(EXEEXT) $(daemons) libdaemon.a libcommon.a
tests_unit_test_daemon_verify_SOURCES = tests/unit/test_daemon_verify.c $(daemon_fixture)
tests_unit_test_daemon_verify_CFLAGS = $(daemon_test_CFLAGS)
tests_unit_test_daemon_verify_LDADD = $(daemon_test_LDADD)
tests_unit_test_daemon_verify_DEPENDENCIES = nthpid$(EXEEXT) \
	tests/unit/faulty_nthpid$(EXEEXT) $(daemons) libdaemon.a libcommon.a
tests_unit_test_tally_SOURCES = tests/unit/test_tally.c $(daemon_fixture) \
	$(digits_fixture)
tests_unit_test_tally_CFLAGS = $(daemon_test_CFLAGS)
tests_unit_test_tally_LDADD = $(daemon_test_LDADD)
tests_unit_test_tally_DEPENDENCIES = nthpid$(EXEEXT) $(daemons) libdaemon.a libcommon.a
# A daemon with faults.
check_PROGRAMS += tests/unit/faulty_nthpid
tests_unit_faulty_nthpid_SOURCES = tests/unit/faulty_nthpid.c \
	tests/unit/faulty_calls.c tests/unit/faulty.h
tests_unit_faulty_nthpid_CFLAGS = $(daemon_test_CFLAGS)
tests_unit_faulty_nthpid_LDFLAGS = $(AM_LDFLAGS) \
	-Wl,--wrap=digits_writer_add -Wl,--wrap=digits_writer_finish \
	-Wl,--wrap=publish_job -Wl,--wrap=fork -Wl,--wrap=pipe2 -Wl,--wrap=poll \
	-Wl,--wrap=machine_memory -Wl,--wrap=machine_disk
tests_unit_faulty_nthpid_LDADD = libdaemon.a $(engine_LIBS) $(common_LIBS)

# nthpi with faults, for tests/http/compute.test.mjs.
check_PROGRAMS += tests/unit/faulty_nthpi
tests_unit_faulty_nthpi_SOURCES = tests/unit/faulty_nthpi.c $(nthpi_SOURCES)
tests_unit_faulty_nthpi_LDFLAGS = $(AM_LDFLAGS) \
	-Wl,--wrap=engine_run_checked -Wl,--wrap=open -Wl,--wrap=fsync \
	-Wl,--wrap=link -Wl,--wrap=mkdir -Wl,--wrap=mkdirat -Wl,--wrap=rename \
	-Wl,--wrap=renameat -Wl,--wrap=unlink -Wl,--wrap=unlinkat
tests_unit_faulty_nthpi_CFLAGS = $(nthpi_CFLAGS)
tests_unit_faulty_nthpi_LDADD = $(nthpi_LDADD)
tests_unit_test_daemon_limits_SOURCES = tests/unit/test_daemon_limits.c $(daemon_fixture)
tests_unit_test_daemon_limits_CFLAGS = $(daemon_test_CFLAGS)
tests_unit_test_daemon_limits_LDADD = $(daemon_test_LDADD)
tests_unit_test_daemon_limits_DEPENDENCIES = nthpid$(EXEEXT) \
	tests/unit/faulty_nthpid$(EXEEXT) $(daemons) libdaemon.a libcommon.a
tests_unit_test_daemon_turns_SOURCES = tests/unit/test_daemon_turns.c $(daemon_fixture)
tests_unit_test_daemon_turns_CFLAGS = $(daemon_test_CFLAGS)
tests_unit_test_daemon_turns_LDADD = $(daemon_test_LDADD)
tests_unit_test_daemon_turns_DEPENDENCIES = nthpid$(EXEEXT) $(daemons) libdaemon.a libcommon.a
tests_unit_test_daemon_auto_SOURCES = tests/unit/test_daemon_auto.c $(daemon_fixture)
tests_unit_test_daemon_auto_CFLAGS = $(daemon_test_CFLAGS)
tests_unit_test_daemon_auto_LDADD = $(daemon_test_LDADD)
tests_unit_test_daemon_auto_DEPENDENCIES = nthpid$(EXEEXT) $(daemons) libdaemon.a libcommon.a
tests_unit_test_daemon_recovery_SOURCES = tests/unit/test_daemon_recovery.c $(daemon_fixture)
tests_unit_test_daemon_recovery_CFLAGS = $(daemon_test_CFLAGS)
tests_unit_test_daemon_recovery_LDADD = $(daemon_test_LDADD)
tests_unit_test_daemon_recovery_DEPENDENCIES = nthpid$(EXEEXT) $(daemons) libdaemon.a libcommon.a
save_fixture = tests/unit/save_fixture.c tests/unit/save_fixture.h $(daemon_fixture)
tests_unit_test_daemon_saves_SOURCES = tests/unit/test_daemon_saves.c $(save_fixture)
tests_unit_test_daemon_saves_CFLAGS = $(daemon_test_CFLAGS)
tests_unit_test_daemon_saves_LDADD = $(daemon_test_LDADD)
tests_unit_test_daemon_saves_DEPENDENCIES = nthpid$(EXEEXT) $(daemons) libdaemon.a libcommon.a
tests_unit_test_daemon_resume_SOURCES = tests/unit/test_daemon_resume.c $(save_fixture)
tests_unit_test_daemon_resume_CFLAGS = $(daemon_test_CFLAGS)
tests_unit_test_daemon_resume_LDADD = $(daemon_test_LDADD)
tests_unit_test_daemon_resume_DEPENDENCIES = nthpid$(EXEEXT) $(daemons) libdaemon.a libcommon.a
tests_unit_test_daemon_faults_SOURCES = tests/unit/test_daemon_faults.c $(daemon_fixture)
tests_unit_test_daemon_faults_CFLAGS = $(daemon_test_CFLAGS)
tests_unit_test_daemon_faults_LDADD = $(daemon_test_LDADD)
tests_unit_test_daemon_faults_DEPENDENCIES = nthpid$(EXEEXT) $(daemons) libdaemon.a libcommon.a
tests_unit_test_daemon_damage_SOURCES = tests/unit/test_daemon_damage.c $(daemon_fixture)
tests_unit_test_daemon_damage_CFLAGS = $(daemon_test_CFLAGS)
tests_unit_test_daemon_damage_LDADD = $(daemon_test_LDADD)
tests_unit_test_daemon_damage_DEPENDENCIES = nthpid$(EXEEXT) $(daemons) libdaemon.a libcommon.a
tests_unit_test_daemon_index_SOURCES = tests/unit/test_daemon_index.c $(daemon_fixture)
tests_unit_test_daemon_index_CFLAGS = $(daemon_test_CFLAGS)
tests_unit_test_daemon_index_LDADD = $(daemon_test_LDADD)
tests_unit_test_daemon_index_DEPENDENCIES = nthpid$(EXEEXT) $(daemons) libdaemon.a libcommon.a
tests_unit_test_daemon_disk_SOURCES = tests/unit/test_daemon_disk.c $(daemon_fixture)
tests_unit_test_daemon_disk_CFLAGS = $(daemon_test_CFLAGS)
tests_unit_test_daemon_disk_LDADD = $(daemon_test_LDADD)
tests_unit_test_daemon_disk_DEPENDENCIES = nthpid$(EXEEXT) $(daemons) libdaemon.a libcommon.a
# The web server's side: requests, routes, replies, tokens, templates, polls.
unit_tests += \
	tests/unit/test_request \
	tests/unit/test_request_fields \
	tests/unit/test_reply \
	tests/unit/test_router \
	tests/unit/test_router_params \
	tests/unit/test_router_readers \
	tests/unit/test_openapi \
	tests/unit/test_middleware \
	tests/unit/test_proof \
	tests/unit/test_token \
	tests/unit/test_view_reload \
	tests/unit/test_view \
	tests/unit/test_cache \
	tests/unit/test_encode \
	tests/unit/test_search_date \
	tests/unit/test_metrics \
	tests/unit/test_park_wait \
	tests/unit/test_park \
	tests/unit/test_records \
	tests/unit/test_records_answers \
	tests/unit/test_park_listen \
	tests/unit/test_park_pool \
	tests/unit/test_park_stop \
	tests/unit/test_park_poll
web_test_CFLAGS = $(libweb_a_CFLAGS) $(CMOCKA_CFLAGS)
web_test_LDADD = $(fixtures) $(web_LIBS) $(CMOCKA_LIBS)
fcgi_client = tests/unit/fcgi_client.h tests/unit/cmocka_all.h
request_fixture = tests/unit/request_fixture.h $(fcgi_client)
router_fixture = tests/unit/router_fixture.c tests/unit/router_fixture.h \
	$(request_fixture)
park_fixture = tests/unit/park_fixture.c tests/unit/park_fixture.h $(fcgi_client) \
	tests/unit/temporary.h
tests_unit_test_request_SOURCES = tests/unit/test_request.c $(request_fixture)
tests_unit_test_request_CFLAGS = $(web_test_CFLAGS)
tests_unit_test_request_LDADD = $(web_test_LDADD)
tests_unit_test_request_LINK = $(nthpi_fcgi_LINK)
tests_unit_test_request_fields_SOURCES = tests/unit/test_request_fields.c tests/unit/cmocka_all.h
tests_unit_test_request_fields_CFLAGS = $(web_test_CFLAGS)
tests_unit_test_request_fields_LDADD = $(web_test_LDADD)
tests_unit_test_request_fields_LINK = $(nthpi_fcgi_LINK)
tests_unit_test_reply_SOURCES = tests/unit/test_reply.c tests/unit/cmocka_all.h
tests_unit_test_reply_CFLAGS = $(web_test_CFLAGS)
tests_unit_test_reply_LDADD = $(web_test_LDADD)
tests_unit_test_reply_LINK = $(nthpi_fcgi_LINK)
tests_unit_test_router_SOURCES = tests/unit/test_router.c $(router_fixture)
tests_unit_test_router_CFLAGS = $(web_test_CFLAGS)
tests_unit_test_router_LDADD = $(web_test_LDADD)
tests_unit_test_router_LINK = $(nthpi_fcgi_LINK)
tests_unit_test_router_params_SOURCES = tests/unit/test_router_params.c $(router_fixture)
tests_unit_test_router_params_CFLAGS = $(web_test_CFLAGS)
tests_unit_test_router_params_LDADD = $(web_test_LDADD)
tests_unit_test_router_params_LINK = $(nthpi_fcgi_LINK)
tests_unit_test_router_readers_SOURCES = tests/unit/test_router_readers.c \
	tests/unit/cmocka_all.h
tests_unit_test_router_readers_CFLAGS = $(web_test_CFLAGS)
tests_unit_test_router_readers_LDADD = $(web_test_LDADD)
tests_unit_test_router_readers_LINK = $(nthpi_fcgi_LINK)
tests_unit_test_openapi_SOURCES = tests/unit/test_openapi.c tests/unit/cmocka_all.h
tests_unit_test_openapi_CFLAGS = $(web_test_CFLAGS) \
	-DTEST_OPENAPI='"$(abs_srcdir)/templates/static/openapi.json"'
tests_unit_test_openapi_LDADD = $(web_test_LDADD)
tests_unit_test_openapi_LINK = $(nthpi_fcgi_LINK)
tests_unit_test_middleware_SOURCES = tests/unit/test_middleware.c $(router_fixture)
tests_unit_test_middleware_CFLAGS = $(web_test_CFLAGS)
tests_unit_test_middleware_LDADD = $(web_test_LDADD)
tests_unit_test_middleware_LINK = $(nthpi_fcgi_LINK)
tests_unit_test_proof_SOURCES = tests/unit/test_proof.c $(router_fixture)
tests_unit_test_proof_CFLAGS = $(web_test_CFLAGS)
tests_unit_test_proof_LDADD = $(web_test_LDADD)
tests_unit_test_proof_LINK = $(nthpi_fcgi_LINK)
tests_unit_test_token_SOURCES = tests/unit/test_token.c tests/unit/temporary.h \
	tests/unit/cmocka_all.h
tests_unit_test_token_CFLAGS = $(web_test_CFLAGS)
tests_unit_test_token_LDADD = $(web_test_LDADD)
tests_unit_test_token_LINK = $(nthpi_fcgi_LINK)
view_fixture = tests/unit/view_fixture.c tests/unit/view_fixture.h \
	tests/unit/temporary.h tests/unit/cmocka_all.h
tests_unit_test_view_SOURCES = tests/unit/test_view.c tests/unit/capture.h $(view_fixture)
tests_unit_test_view_CFLAGS = $(web_test_CFLAGS)
tests_unit_test_view_LDADD = $(web_test_LDADD)
tests_unit_test_view_LINK = $(nthpi_fcgi_LINK)
tests_unit_test_view_reload_SOURCES = tests/unit/test_view_reload.c $(view_fixture)
tests_unit_test_view_reload_CFLAGS = $(web_test_CFLAGS)
tests_unit_test_view_reload_LDADD = $(web_test_LDADD)
tests_unit_test_view_reload_LINK = $(nthpi_fcgi_LINK)
tests_unit_test_search_date_SOURCES = tests/unit/test_search_date.c tests/unit/cmocka_all.h
tests_unit_test_search_date_CFLAGS = $(web_test_CFLAGS)
tests_unit_test_search_date_LDADD = $(web_test_LDADD)
tests_unit_test_search_date_LINK = $(nthpi_fcgi_LINK)
tests_unit_test_encode_SOURCES = tests/unit/test_encode.c tests/unit/cmocka_all.h
tests_unit_test_encode_CFLAGS = $(web_test_CFLAGS)
tests_unit_test_encode_LDADD = $(web_test_LDADD)
tests_unit_test_encode_LINK = $(nthpi_fcgi_LINK)
tests_unit_test_cache_SOURCES = tests/unit/test_cache.c tests/unit/cmocka_all.h
tests_unit_test_cache_CFLAGS = $(web_test_CFLAGS)
tests_unit_test_cache_LDADD = $(web_test_LDADD)
tests_unit_test_cache_LINK = $(nthpi_fcgi_LINK) -Wl,--wrap=clock_gettime
tests_unit_test_metrics_SOURCES = tests/unit/test_metrics.c tests/unit/cmocka_all.h
tests_unit_test_metrics_CFLAGS = $(web_test_CFLAGS)
tests_unit_test_metrics_LDADD = $(web_test_LDADD)
tests_unit_test_metrics_LINK = $(nthpi_fcgi_LINK)
tests_unit_test_park_wait_SOURCES = tests/unit/test_park_wait.c tests/unit/cmocka_all.h
tests_unit_test_park_wait_CFLAGS = $(web_test_CFLAGS)
tests_unit_test_park_wait_LDADD = $(web_test_LDADD)
tests_unit_test_park_wait_LINK = $(nthpi_fcgi_LINK)
tests_unit_test_park_SOURCES = tests/unit/test_park.c $(park_fixture)
tests_unit_test_park_CFLAGS = $(web_test_CFLAGS)
tests_unit_test_park_LDADD = $(web_test_LDADD)
tests_unit_test_park_LINK = $(nthpi_fcgi_LINK)
tests_unit_test_park_pool_SOURCES = tests/unit/test_park_pool.c $(park_fixture)
tests_unit_test_park_pool_CFLAGS = $(web_test_CFLAGS)
tests_unit_test_park_pool_LDADD = $(web_test_LDADD)
tests_unit_test_park_pool_LINK = $(nthpi_fcgi_LINK)
records_fixture = tests/unit/records_fixture.c tests/unit/records_fixture.h \
	$(park_fixture)
tests_unit_test_records_SOURCES = tests/unit/test_records.c \
	$(records_fixture)
tests_unit_test_records_CFLAGS = $(web_test_CFLAGS)
tests_unit_test_records_LDADD = $(web_test_LDADD)
tests_unit_test_records_LINK = $(nthpi_fcgi_LINK)
tests_unit_test_records_answers_SOURCES = tests/unit/test_records_answers.c \
	$(records_fixture)
tests_unit_test_records_answers_CFLAGS = $(web_test_CFLAGS)
tests_unit_test_records_answers_LDADD = $(web_test_LDADD)
tests_unit_test_records_answers_LINK = $(nthpi_fcgi_LINK)
tests_unit_test_park_listen_SOURCES = tests/unit/test_park_listen.c $(park_fixture)
tests_unit_test_park_listen_CFLAGS = $(web_test_CFLAGS)
tests_unit_test_park_listen_LDADD = $(web_test_LDADD)
tests_unit_test_park_listen_LINK = $(nthpi_fcgi_LINK)
tests_unit_test_park_poll_SOURCES = tests/unit/test_park_poll.c $(park_fixture)
tests_unit_test_park_poll_CFLAGS = $(web_test_CFLAGS)
tests_unit_test_park_poll_LDADD = $(web_test_LDADD)
tests_unit_test_park_poll_LINK = $(nthpi_fcgi_LINK)
tests_unit_test_park_stop_SOURCES = tests/unit/test_park_stop.c $(park_fixture)
tests_unit_test_park_stop_CFLAGS = $(web_test_CFLAGS)
tests_unit_test_park_stop_LDADD = $(web_test_LDADD)
tests_unit_test_park_stop_LINK = $(nthpi_fcgi_LINK)
# Pages, polls, the API: whole requests without a web server.
unit_tests += \
	tests/unit/test_text \
	tests/unit/test_reasons \
	tests/unit/test_cost \
	tests/unit/test_form \
	tests/unit/test_health \
	tests/unit/test_lang \
	tests/unit/test_pages \
	tests/unit/test_detail \
	tests/unit/test_report \
	tests/unit/test_compare \
	tests/unit/test_compare_pages \
	tests/unit/test_shared \
	tests/unit/test_shared_forms \
	tests/unit/test_pi_pages \
	tests/unit/test_pi_marks \
	tests/unit/test_pi_screens \
	tests/unit/test_pictures \
	tests/unit/test_picture_words \
	tests/unit/test_downloads \
	tests/unit/test_updates \
	tests/unit/test_updates_client \
	tests/unit/test_api \
	tests/unit/test_lint
site_fixture = tests/unit/site_fixture.h \
	tests/unit/store_fixture.h \
	tests/unit/temporary.h tests/unit/cmocka_all.h
site_test_CFLAGS = $(libweb_a_CFLAGS) $(CMOCKA_CFLAGS)
site_test_LDADD = $(fixtures) $(web_LIBS) $(CMOCKA_LIBS)
tests_unit_test_text_SOURCES = tests/unit/test_text.c
tests_unit_test_text_CFLAGS = $(site_test_CFLAGS)
tests_unit_test_text_LDADD = $(site_test_LDADD)
tests_unit_test_text_LINK = $(nthpi_fcgi_LINK)
tests_unit_test_reasons_SOURCES = tests/unit/test_reasons.c
tests_unit_test_reasons_CFLAGS = $(site_test_CFLAGS)
tests_unit_test_reasons_LDADD = $(site_test_LDADD)
tests_unit_test_reasons_LINK = $(nthpi_fcgi_LINK)
tests_unit_test_cost_SOURCES = tests/unit/test_cost.c $(store_fixture)
tests_unit_test_cost_CFLAGS = $(site_test_CFLAGS)
tests_unit_test_cost_LDADD = $(site_test_LDADD)
tests_unit_test_cost_LINK = $(nthpi_fcgi_LINK)
tests_unit_test_form_SOURCES = tests/unit/test_form.c $(site_fixture)
tests_unit_test_form_CFLAGS = $(site_test_CFLAGS)
tests_unit_test_form_LDADD = $(site_test_LDADD)
tests_unit_test_form_LINK = $(nthpi_fcgi_LINK)
tests_unit_test_health_SOURCES = tests/unit/test_health.c $(site_fixture)
tests_unit_test_health_CFLAGS = $(site_test_CFLAGS)
tests_unit_test_health_LDADD = $(site_test_LDADD)
tests_unit_test_health_LINK = $(nthpi_fcgi_LINK)
tests_unit_test_scarce_fcgi_SOURCES = tests/unit/test_scarce_fcgi.c \
	tests/unit/scarce.c tests/unit/scarce.h $(site_fixture)
tests_unit_test_scarce_fcgi_CFLAGS = $(site_test_CFLAGS)
tests_unit_test_scarce_fcgi_LDADD = $(site_test_LDADD)
tests_unit_test_scarce_fcgi_LINK = $(nthpi_fcgi_LINK)
tests_unit_test_lang_SOURCES = tests/unit/test_lang.c $(site_fixture)
tests_unit_test_lang_CFLAGS = $(site_test_CFLAGS)
tests_unit_test_lang_LDADD = $(site_test_LDADD)
tests_unit_test_lang_LINK = $(nthpi_fcgi_LINK)
tests_unit_test_detail_SOURCES = tests/unit/test_detail.c $(site_fixture)
tests_unit_test_detail_CFLAGS = $(site_test_CFLAGS)
tests_unit_test_detail_LDADD = $(site_test_LDADD)
tests_unit_test_detail_LINK = $(nthpi_fcgi_LINK)
tests_unit_test_report_SOURCES = tests/unit/test_report.c $(site_fixture)
tests_unit_test_report_CFLAGS = $(site_test_CFLAGS)
tests_unit_test_report_LDADD = $(site_test_LDADD)
tests_unit_test_report_LINK = $(nthpi_fcgi_LINK)
tests_unit_test_compare_SOURCES = tests/unit/test_compare.c $(site_fixture)
tests_unit_test_compare_CFLAGS = $(site_test_CFLAGS)
tests_unit_test_compare_LDADD = $(site_test_LDADD)
tests_unit_test_compare_LINK = $(nthpi_fcgi_LINK)
tests_unit_test_compare_pages_SOURCES = tests/unit/test_compare_pages.c $(site_fixture)
tests_unit_test_compare_pages_CFLAGS = $(site_test_CFLAGS)
tests_unit_test_compare_pages_LDADD = $(site_test_LDADD)
tests_unit_test_compare_pages_LINK = $(nthpi_fcgi_LINK)
tests_unit_test_pages_SOURCES = tests/unit/test_pages.c $(site_fixture)
tests_unit_test_pages_CFLAGS = $(site_test_CFLAGS)
tests_unit_test_pages_LDADD = $(site_test_LDADD)
tests_unit_test_pages_LINK = $(nthpi_fcgi_LINK)
tests_unit_test_shared_forms_SOURCES = tests/unit/test_shared_forms.c $(site_fixture)
tests_unit_test_shared_forms_CFLAGS = $(site_test_CFLAGS)
tests_unit_test_shared_forms_LDADD = $(site_test_LDADD)
tests_unit_test_shared_forms_LINK = $(nthpi_fcgi_LINK)
tests_unit_test_shared_SOURCES = tests/unit/test_shared.c $(site_fixture)
tests_unit_test_shared_CFLAGS = $(site_test_CFLAGS)
tests_unit_test_shared_LDADD = $(site_test_LDADD)
tests_unit_test_shared_LINK = $(nthpi_fcgi_LINK)
tests_unit_test_pi_pages_SOURCES = tests/unit/test_pi_pages.c $(site_fixture)
tests_unit_test_pi_pages_CFLAGS = $(site_test_CFLAGS)
tests_unit_test_pi_pages_LDADD = $(site_test_LDADD)
tests_unit_test_pi_pages_LINK = $(nthpi_fcgi_LINK)
tests_unit_test_pi_marks_SOURCES = tests/unit/test_pi_marks.c $(site_fixture)
tests_unit_test_pi_marks_CFLAGS = $(site_test_CFLAGS)
tests_unit_test_pi_marks_LDADD = $(site_test_LDADD)
tests_unit_test_pi_marks_LINK = $(nthpi_fcgi_LINK)
tests_unit_test_pi_screens_SOURCES = tests/unit/test_pi_screens.c $(site_fixture)
tests_unit_test_pi_screens_CFLAGS = $(site_test_CFLAGS)
tests_unit_test_pi_screens_LDADD = $(site_test_LDADD)
tests_unit_test_pi_screens_LINK = $(nthpi_fcgi_LINK)
tests_unit_test_pictures_SOURCES = tests/unit/test_pictures.c $(site_fixture)
tests_unit_test_pictures_CFLAGS = $(site_test_CFLAGS)
tests_unit_test_pictures_LDADD = $(site_test_LDADD)
tests_unit_test_pictures_LINK = $(nthpi_fcgi_LINK)
tests_unit_test_picture_words_SOURCES = tests/unit/test_picture_words.c $(site_fixture)
tests_unit_test_picture_words_CFLAGS = $(site_test_CFLAGS)
tests_unit_test_picture_words_LDADD = $(site_test_LDADD)
tests_unit_test_picture_words_LINK = $(nthpi_fcgi_LINK)
tests_unit_test_downloads_SOURCES = tests/unit/test_downloads.c $(site_fixture)
tests_unit_test_downloads_CFLAGS = $(site_test_CFLAGS)
tests_unit_test_downloads_LDADD = $(site_test_LDADD)
tests_unit_test_downloads_LINK = $(nthpi_fcgi_LINK)
updates_fixture = tests/unit/updates_fixture.c tests/unit/updates_fixture.h \
	$(site_fixture)
tests_unit_test_updates_SOURCES = tests/unit/test_updates.c $(updates_fixture)
tests_unit_test_updates_CFLAGS = $(site_test_CFLAGS)
tests_unit_test_updates_LDADD = $(site_test_LDADD)
tests_unit_test_updates_LINK = $(nthpi_fcgi_LINK)
tests_unit_test_updates_client_SOURCES = tests/unit/test_updates_client.c \
	$(updates_fixture)
tests_unit_test_updates_client_CFLAGS = $(site_test_CFLAGS)
tests_unit_test_updates_client_LDADD = $(site_test_LDADD)
tests_unit_test_updates_client_LINK = $(nthpi_fcgi_LINK)
tests_unit_test_growth_SOURCES = tests/unit/test_growth.c \
	tests/unit/growth_deeds.c tests/unit/growth_deeds.h \
	tests/unit/growth_fixture.c tests/unit/growth_fixture.h \
	tests/unit/growth_probe.c tests/unit/growth_probe.h \
	$(site_fixture)
tests_unit_test_growth_CFLAGS = $(site_test_CFLAGS)
tests_unit_test_growth_LDADD = $(site_test_LDADD)
tests_unit_test_growth_LINK = $(nthpi_fcgi_LINK)
tests_unit_test_api_SOURCES = tests/unit/test_api.c $(site_fixture)
tests_unit_test_api_CFLAGS = $(site_test_CFLAGS)
tests_unit_test_api_LDADD = $(site_test_LDADD)
tests_unit_test_api_LINK = $(nthpi_fcgi_LINK)
# Sees every call that fills a page.
tests_unit_test_lint_SOURCES = tests/unit/test_lint.c tests/unit/lint_pages.c \
	tests/unit/lint_pages.h tests/unit/lint_record.c tests/unit/lint_record.h \
	$(site_fixture)
tests_unit_test_lint_CFLAGS = $(site_test_CFLAGS)
tests_unit_test_lint_LDADD = $(site_test_LDADD)
tests_unit_test_lint_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=dict_new,--wrap=dict_free \
	-Wl,--wrap=dict_set,--wrap=dict_section,--wrap=dict_include,--wrap=view_render
tests_unit_test_lint_LINK = $(nthpi_fcgi_LINK) $(tests_unit_test_lint_LDFLAGS)
# What both programs share.
unit_tests += \
	tests/unit/test_computation \
	tests/unit/test_conf \
	tests/unit/test_conf_errors \
	tests/unit/test_log \
	tests/unit/test_log_repeat \
	tests/unit/test_digits \
	tests/unit/test_digits_sha256 \
	tests/unit/test_digits_trust \
	tests/unit/test_digits_write \
	tests/unit/test_doorbell \
	tests/unit/test_shared_file \
	tests/unit/test_search \
	tests/unit/test_search_index \
	tests/unit/test_search_parse \
	tests/unit/test_store_look \
	tests/unit/test_store_open \
	tests/unit/test_store_files \
	tests/unit/test_store_check \
	tests/unit/test_state \
	tests/unit/test_store_migrate \
	tests/unit/test_store_plan \
	tests/unit/test_store_list \
	tests/unit/test_store_coming \
	tests/unit/test_store_changes \
	tests/unit/test_store_ask \
	tests/unit/test_store_end \
	tests/unit/test_store_pending \
	tests/unit/test_store_queue \
	tests/unit/test_store_worker \
	tests/unit/test_store_bounds \
	tests/unit/test_store_counts \
	tests/unit/test_store_charge \
	tests/unit/test_store_wishes \
	tests/unit/test_store_boot \
	tests/unit/test_store_crowd \
	tests/unit/test_store_lease \
	tests/unit/test_store_damage \
	tests/unit/test_store_publish \
	tests/unit/test_statistics
# Sanitizers have their own malloc().
if !SANITIZED
unit_tests += \
	tests/unit/test_scarce_common \
	tests/unit/test_scarce_fcgi
endif
common_test_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(SQLITE_CFLAGS) $(SODIUM_CFLAGS)
common_test_LIBS = $(fixtures) $(common_LIBS) $(CMOCKA_LIBS)
test_temporary = tests/unit/temporary.h tests/unit/cmocka_all.h
test_capture = tests/unit/capture.h tests/unit/cmocka_all.h
store_fixture = tests/unit/store_fixture.h $(test_temporary)
tests_unit_test_computation_SOURCES = tests/unit/test_computation.c \
	tests/unit/cmocka_all.h
tests_unit_test_computation_CFLAGS = $(common_test_CFLAGS)
tests_unit_test_computation_LDADD = $(common_test_LIBS)
conf_fixture = tests/unit/conf_fixture.c tests/unit/conf_fixture.h \
	tests/unit/capture.h $(test_temporary)
tests_unit_test_conf_errors_SOURCES = tests/unit/test_conf_errors.c $(conf_fixture)
tests_unit_test_conf_errors_CFLAGS = $(common_test_CFLAGS)
tests_unit_test_conf_errors_LDADD = $(common_test_LIBS)
tests_unit_test_conf_SOURCES = tests/unit/test_conf.c $(conf_fixture)
tests_unit_test_conf_CFLAGS = $(common_test_CFLAGS)
tests_unit_test_conf_LDADD = $(common_test_LIBS)
tests_unit_test_log_repeat_SOURCES = tests/unit/test_log_repeat.c $(test_capture)
tests_unit_test_log_repeat_CFLAGS = $(common_test_CFLAGS)
tests_unit_test_log_repeat_LDADD = $(common_test_LIBS)
tests_unit_test_log_SOURCES = tests/unit/test_log.c $(test_capture) $(test_temporary)
tests_unit_test_log_CFLAGS = $(common_test_CFLAGS)
tests_unit_test_log_LDADD = $(common_test_LIBS)
digits_fixture = tests/unit/digits_fixture.h $(test_temporary)
tests_unit_test_digits_SOURCES = tests/unit/test_digits.c $(digits_fixture)
tests_unit_test_digits_CFLAGS = $(common_test_CFLAGS)
tests_unit_test_digits_LDADD = $(common_test_LIBS)
tests_unit_test_digits_sha256_SOURCES = tests/unit/test_digits_sha256.c $(digits_fixture)
tests_unit_test_digits_sha256_CFLAGS = $(common_test_CFLAGS)
tests_unit_test_digits_sha256_LDADD = $(common_test_LIBS)
tests_unit_test_digits_trust_SOURCES = tests/unit/test_digits_trust.c $(digits_fixture)
tests_unit_test_digits_trust_CFLAGS = $(common_test_CFLAGS)
tests_unit_test_digits_trust_LDADD = $(common_test_LIBS)
tests_unit_test_digits_write_SOURCES = tests/unit/test_digits_write.c $(digits_fixture)
tests_unit_test_digits_write_CFLAGS = $(common_test_CFLAGS)
tests_unit_test_digits_write_LDADD = $(common_test_LIBS)
search_fixture = tests/unit/search_fixture.h $(digits_fixture)
tests_unit_test_search_SOURCES = tests/unit/test_search.c $(search_fixture)
tests_unit_test_search_CFLAGS = $(common_test_CFLAGS)
tests_unit_test_search_LDADD = $(common_test_LIBS)
tests_unit_test_search_parse_SOURCES = tests/unit/test_search_parse.c $(search_fixture)
tests_unit_test_search_parse_CFLAGS = $(common_test_CFLAGS)
tests_unit_test_search_parse_LDADD = $(common_test_LIBS)
tests_unit_test_search_index_SOURCES = tests/unit/test_search_index.c $(search_fixture)
tests_unit_test_search_index_CFLAGS = $(common_test_CFLAGS)
tests_unit_test_search_index_LDADD = $(common_test_LIBS)
tests_unit_test_doorbell_SOURCES = tests/unit/test_doorbell.c $(test_temporary)
tests_unit_test_doorbell_CFLAGS = $(common_test_CFLAGS)
tests_unit_test_doorbell_LDADD = $(common_test_LIBS)
tests_unit_test_shared_file_SOURCES = tests/unit/test_shared_file.c $(test_temporary)
tests_unit_test_shared_file_CFLAGS = $(common_test_CFLAGS)
tests_unit_test_shared_file_LDADD = $(common_test_LIBS)
tests_unit_test_store_look_SOURCES = tests/unit/test_store_look.c $(store_fixture)
tests_unit_test_store_look_CFLAGS = $(common_test_CFLAGS)
tests_unit_test_store_look_LDADD = $(common_test_LIBS)
tests_unit_test_store_open_SOURCES = tests/unit/test_store_open.c $(store_fixture)
tests_unit_test_store_open_CFLAGS = $(common_test_CFLAGS)
tests_unit_test_store_open_LDADD = $(common_test_LIBS)
tests_unit_test_store_migrate_SOURCES = tests/unit/test_store_migrate.c \
	$(store_fixture)
tests_unit_test_store_migrate_CFLAGS = $(common_test_CFLAGS)
tests_unit_test_store_migrate_LDADD = $(common_test_LIBS)
# Databases of older versions; killed while they are migrated.
tests_unit_test_store_files_SOURCES = tests/unit/test_store_files.c \
	tests/unit/mortal.c tests/unit/mortal.h $(store_fixture)
tests_unit_test_store_files_CFLAGS = $(common_test_CFLAGS) \
	-DTEST_DATA='"$(abs_srcdir)/tests/data"'
tests_unit_test_store_files_LDFLAGS = $(AM_LDFLAGS) \
	-Wl,--wrap=sqlite3_step -Wl,--wrap=sqlite3_exec
tests_unit_test_store_files_LDADD = $(common_test_LIBS)
EXTRA_DIST += tests/data/README.md tests/data/schema-1.db tests/data/schema-2.db \
	tests/data/schema-3.db tests/data/schema-4.db
tests_unit_test_store_check_SOURCES = tests/unit/test_store_check.c $(store_fixture)
tests_unit_test_store_check_CFLAGS = $(common_test_CFLAGS)
tests_unit_test_store_check_LDADD = $(common_test_LIBS)
tests_unit_test_state_SOURCES = tests/unit/test_state.c \
	tests/unit/temporary.h
tests_unit_test_state_CFLAGS = $(common_test_CFLAGS) $(SECCOMP_CFLAGS)
tests_unit_test_state_LDADD = $(common_test_LIBS)
tests_unit_test_store_plan_SOURCES = tests/unit/test_store_plan.c $(store_fixture)
tests_unit_test_store_plan_CFLAGS = $(common_test_CFLAGS)
tests_unit_test_store_plan_LDADD = $(common_test_LIBS)
tests_unit_test_store_list_SOURCES = tests/unit/test_store_list.c $(store_fixture)
tests_unit_test_store_list_CFLAGS = $(common_test_CFLAGS)
tests_unit_test_store_list_LDADD = $(common_test_LIBS)
tests_unit_test_store_coming_SOURCES = tests/unit/test_store_coming.c $(store_fixture)
tests_unit_test_store_coming_CFLAGS = $(common_test_CFLAGS)
tests_unit_test_store_coming_LDADD = $(common_test_LIBS)
tests_unit_test_store_changes_SOURCES = tests/unit/test_store_changes.c $(store_fixture)
tests_unit_test_store_changes_CFLAGS = $(common_test_CFLAGS)
tests_unit_test_store_changes_LDADD = $(common_test_LIBS)
tests_unit_test_scarce_common_SOURCES = tests/unit/test_scarce_common.c \
	tests/unit/scarce_deeds.c tests/unit/scarce_deeds.h tests/unit/scarce.c \
	tests/unit/scarce.h $(store_fixture)
tests_unit_test_scarce_common_CFLAGS = $(common_test_CFLAGS)
tests_unit_test_scarce_common_LDADD = $(common_test_LIBS)
tests_unit_test_store_ask_SOURCES = tests/unit/test_store_ask.c $(store_fixture)
tests_unit_test_store_ask_CFLAGS = $(common_test_CFLAGS)
tests_unit_test_store_ask_LDADD = $(common_test_LIBS)
tests_unit_test_store_end_SOURCES = tests/unit/test_store_end.c $(store_fixture)
tests_unit_test_store_end_CFLAGS = $(common_test_CFLAGS)
tests_unit_test_store_end_LDADD = $(common_test_LIBS)
tests_unit_test_store_pending_SOURCES = tests/unit/test_store_pending.c $(store_fixture)
tests_unit_test_store_pending_CFLAGS = $(common_test_CFLAGS)
tests_unit_test_store_pending_LDADD = $(common_test_LIBS)
tests_unit_test_store_queue_SOURCES = tests/unit/test_store_queue.c $(store_fixture)
tests_unit_test_store_bounds_SOURCES = tests/unit/test_store_bounds.c $(store_fixture)
tests_unit_test_store_bounds_CFLAGS = $(common_test_CFLAGS)
tests_unit_test_store_bounds_LDADD = $(common_test_LIBS)
tests_unit_test_store_counts_SOURCES = tests/unit/test_store_counts.c $(store_fixture)
tests_unit_test_store_counts_CFLAGS = $(common_test_CFLAGS)
tests_unit_test_store_counts_LDADD = $(common_test_LIBS)
tests_unit_test_store_charge_SOURCES = tests/unit/test_store_charge.c $(store_fixture)
tests_unit_test_store_charge_CFLAGS = $(common_test_CFLAGS)
tests_unit_test_store_charge_LDADD = $(common_test_LIBS)
tests_unit_test_store_wishes_SOURCES = tests/unit/test_store_wishes.c $(store_fixture)
tests_unit_test_store_wishes_CFLAGS = $(common_test_CFLAGS)
tests_unit_test_store_wishes_LDADD = $(common_test_LIBS)
tests_unit_test_store_queue_CFLAGS = $(common_test_CFLAGS)
tests_unit_test_store_queue_LDADD = $(common_test_LIBS)
tests_unit_test_store_worker_SOURCES = tests/unit/test_store_worker.c $(store_fixture)
tests_unit_test_store_worker_CFLAGS = $(common_test_CFLAGS)
tests_unit_test_store_worker_LDADD = $(common_test_LIBS)
tests_unit_test_store_lease_SOURCES = tests/unit/test_store_lease.c $(store_fixture)
tests_unit_test_store_lease_CFLAGS = $(common_test_CFLAGS)
tests_unit_test_store_lease_LDADD = $(common_test_LIBS)
tests_unit_test_store_crowd_SOURCES = tests/unit/test_store_crowd.c $(store_fixture)
tests_unit_test_store_crowd_CFLAGS = $(common_test_CFLAGS)
tests_unit_test_store_crowd_LDADD = $(common_test_LIBS)
tests_unit_test_store_boot_SOURCES = tests/unit/test_store_boot.c $(store_fixture)
tests_unit_test_store_boot_CFLAGS = $(common_test_CFLAGS)
tests_unit_test_store_boot_LDADD = $(common_test_LIBS)
tests_unit_test_store_damage_SOURCES = tests/unit/test_store_damage.c $(store_fixture)
tests_unit_test_store_damage_CFLAGS = $(common_test_CFLAGS)
tests_unit_test_store_damage_LDADD = $(common_test_LIBS)
tests_unit_test_store_publish_SOURCES = tests/unit/test_store_publish.c $(store_fixture)
tests_unit_test_store_publish_CFLAGS = $(common_test_CFLAGS)
tests_unit_test_store_publish_LDADD = $(common_test_LIBS)
tests_unit_test_statistics_SOURCES = tests/unit/test_statistics.c $(store_fixture) \
	tests/unit/digits_fixture.h
tests_unit_test_statistics_CFLAGS = $(common_test_CFLAGS)
tests_unit_test_statistics_LDADD = $(common_test_LIBS)
# The load program's own.
unit_tests += tests/unit/test_load_http
tests_unit_test_load_http_SOURCES = tests/unit/test_load_http.c \
	tests/unit/cmocka_all.h \
	tests/load/fleet.c tests/load/fleet.h tests/load/http.c tests/load/http.h
tests_unit_test_load_http_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_load_http_LDADD = $(fixtures) $(CMOCKA_LIBS)
check_PROGRAMS += $(unit_tests)
TESTS = $(unit_tests)

# Tests that take minutes: `make check` builds them, `make check-long` runs them.
long_tests = \
	tests/unit/long_digits \
	tests/unit/long_properties
check_PROGRAMS += $(long_tests)
tests_unit_long_digits_SOURCES = tests/unit/long_digits.c \
	tests/unit/temporary.h \
	tests/unit/cmocka_all.h $(engine_fixture)
tests_unit_long_digits_CFLAGS = $(AM_CFLAGS) $(GMP_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_long_digits_LDADD = $(fixtures) $(engine_LIBS) $(CMOCKA_LIBS)
tests_unit_long_properties_SOURCES = tests/unit/long_properties.c $(engine_numbers)
tests_unit_long_properties_CFLAGS = $(AM_CFLAGS) $(GMP_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_long_properties_LDADD = $(fixtures) $(engine_LIBS) $(CMOCKA_LIBS)

# One after the other, as each uses all cores; logs as those of `make check`.
check-long: $(long_tests)
	@failed=0; for test in $(long_tests); do \
		if ./$$test >$$test.log 2>&1; then result=PASS; \
		else result=FAIL; failed=1; cat $$test.log; fi; \
		echo ":test-result: $$result" >$$test.trs; \
		echo "$$result: $$test"; \
	done; exit $$failed
CLEANFILES += $(long_tests:=.log) $(long_tests:=.trs)
endif

# What is rendered once and kept: by nthpi-fcgi, by nginx, by browsers.
EXTRA_DIST += tests/thread.supp tests/http/absent.test.mjs tests/http/typed.test.mjs \
	tests/browser/absent.test.mjs tests/browser/typed.test.mjs \
	tests/http/cache.test.mjs tests/http/gzip.test.mjs \
	tests/http/microcache.test.mjs tests/http/static.test.mjs

# What a site tells those who look after it, and several nthpi-fcgi in it.
EXTRA_DIST += tests/lib/exposition.mjs tests/http/log.test.mjs \
	tests/http/metrics.test.mjs tests/faults/processes.test.mjs \
	tests/faults/units.test.mjs

# Many digits, and templates that change.
EXTRA_DIST += tests/lib/reader.mjs tests/http/atsize.test.mjs \
	tests/http/templates.test.mjs \
	tests/http/search.test.mjs tests/http/search_atsize.test.mjs \
	tests/http/search_typed.test.mjs \
	tests/browser/search.test.mjs

# Without a mouse, without motion, with few colours.
EXTRA_DIST += tests/lib/keyboard.mjs tests/lib/pause.mjs \
	tests/browser/focus.test.mjs tests/browser/hidden.test.mjs \
	tests/browser/keyboard.test.mjs tests/browser/once.test.mjs \
	tests/browser/modes.test.mjs tests/browser/shift.test.mjs

# What one visitor may do and ask for, and what a hostile one tries.
EXTRA_DIST += tests/lib/hostile.mjs tests/http/abuse.test.mjs \
	tests/http/headers.test.mjs tests/http/limits.test.mjs \
	tests/http/permissions-admin.test.mjs tests/http/permissions-proof.test.mjs

# Everything is killed.
EXTRA_DIST += tests/faults/crash.test.mjs tests/faults/crash_answers.test.mjs \
	tests/faults/crash_start.test.mjs tests/lib/crash_answers.mjs \
	tests/lib/crash_checks.mjs tests/lib/crash_killer.mjs tests/lib/crash_ledger.mjs \
	tests/lib/crash_load.mjs tests/lib/crash_random.mjs tests/lib/crash_sniper.mjs \
	tests/lib/crash_tamper.mjs tests/lib/reference.mjs

# The tests of a whole site.
# Preloaded into programs that are to meet faults; without the sanitizers' flags.
check_DATA = tests/shim/shim.so
CLEANFILES += tests/shim/shim.so
EXTRA_DIST += tests/shim/shim.c tests/lib/shim.mjs
tests/shim/shim.so: tests/shim/shim.c
	$(AM_V_CCLD)$(MKDIR_P) tests/shim && $(CC) -O1 -g -Wall -Wextra -fPIC -shared \
	  -o $@ $(srcdir)/tests/shim/shim.c -ldl
EXTRA_DIST += tests/README.md tests/package.json tests/package-lock.json tests/run.mjs \
	tests/lib/browser.mjs tests/lib/complete.zsh tests/lib/fcgi.mjs \
	tests/lib/followers.mjs tests/lib/html.mjs tests/http/hostile_site.test.mjs \
	tests/lib/http.mjs tests/lib/pi.mjs \
	tests/lib/poll.mjs tests/lib/site.mjs \
	tests/http/api.test.mjs tests/http/delivery.test.mjs tests/http/digits.test.mjs \
	tests/http/errors.test.mjs tests/http/form.test.mjs tests/http/localize.test.mjs \
	tests/http/compare.test.mjs tests/http/report.test.mjs \
	tests/http/pages.test.mjs tests/http/places.test.mjs tests/http/rows.test.mjs \
	tests/http/table.test.mjs tests/browser/rows.test.mjs \
	tests/browser/table.test.mjs \
	tests/http/permissions.test.mjs tests/http/pi.test.mjs tests/http/queue.test.mjs \
	tests/http/text.test.mjs tests/http/tool.test.mjs tests/http/updates.test.mjs \
	tests/http/compute.test.mjs \
	tests/faults/clock.c tests/faults/clock.test.mjs \
	tests/faults/busy.test.mjs tests/faults/corrupt.test.mjs \
	tests/faults/disk.test.mjs tests/faults/io.test.mjs \
	tests/faults/kill.test.mjs tests/faults/parked.test.mjs \
	tests/faults/quickstart.test.mjs tests/faults/records.test.mjs \
	tests/faults/restarts.test.mjs \
	tests/faults/resume.test.mjs tests/faults/runner.test.mjs \
	tests/faults/stop.test.mjs tests/faults/verify.test.mjs \
	tests/faults/stop.test.mjs tests/faults/tampered.test.mjs \
	tests/browser/detail.test.mjs tests/browser/kept.test.mjs \
	tests/browser/live.test.mjs tests/browser/looks.test.mjs

# Whatever else a site is tested for.
EXTRA_DIST += tests/browser/api.test.mjs tests/browser/languages.test.mjs \
	tests/browser/labels.test.mjs tests/browser/pictures.test.mjs tests/browser/table.test.mjs \
	tests/browser/history.test.mjs tests/browser/viewer.test.mjs tests/lib/viewer.mjs \
	tests/faults/graceful.test.mjs tests/faults/hardening.test.mjs tests/faults/logs.test.mjs \
	tests/faults/restore.test.mjs tests/faults/sandbox.test.mjs \
	tests/faults/users.test.mjs tests/http/api_page.test.mjs tests/http/backup.test.mjs \
	tests/http/languages.test.mjs tests/http/manual.test.mjs tests/http/manuals.test.mjs \
	tests/http/openapi.test.mjs tests/http/pictures.test.mjs tests/http/remote.test.mjs \
	tests/http/table.test.mjs tests/lib/openapi.mjs tests/lib/units.mjs

# The tour of README.md.
EXTRA_DIST += tests/lib/tour.mjs tests/browser/tour.test.mjs
# Whom pages keep out, what is said, what they weigh, and what is left of them on paper.
EXTRA_DIST += tests/lib/axe.mjs tests/browser/axe.test.mjs tests/browser/ended.test.mjs \
	tests/browser/print.test.mjs tests/browser/weight.test.mjs

# Debian packages, a container; a Debian of its own to install them in.
EXTRA_DIST += tests/lib/packaged.mjs tests/lib/packages.mjs tests/lib/root.mjs \
	tests/faults/container.test.mjs tests/faults/fresh.test.mjs \
	tests/faults/packages.test.mjs
