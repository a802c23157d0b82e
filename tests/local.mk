# Unit tests, run by `make check`. The tests that need nginx, Node and Chromium
# are run by contrib/check.
if HAVE_CMOCKA
unit_tests =
# The engine.
unit_tests += \
	tests/unit/test_engine_table \
	tests/unit/test_engine_run \
	tests/unit/test_engine_radix \
	tests/unit/test_engine_spigot \
	tests/unit/test_engine_chudnovsky \
	tests/unit/test_engine_bbp
engine_fixture = tests/unit/engine_fixture.c tests/unit/engine_fixture.h
tests_unit_test_engine_table_SOURCES = tests/unit/test_engine_table.c \
	$(engine_fixture)
tests_unit_test_engine_table_CFLAGS = $(AM_CFLAGS) $(GMP_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_engine_table_LDADD = $(engine_LIBS) $(CMOCKA_LIBS)
tests_unit_test_engine_run_SOURCES = tests/unit/test_engine_run.c \
	$(engine_fixture)
tests_unit_test_engine_run_CFLAGS = $(AM_CFLAGS) $(GMP_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_engine_run_LDADD = $(engine_LIBS) $(CMOCKA_LIBS)
tests_unit_test_engine_radix_SOURCES = tests/unit/test_engine_radix.c \
	$(engine_fixture)
tests_unit_test_engine_radix_CFLAGS = $(AM_CFLAGS) $(GMP_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_engine_radix_LDADD = $(engine_LIBS) $(CMOCKA_LIBS)
tests_unit_test_engine_spigot_SOURCES = tests/unit/test_engine_spigot.c \
	$(engine_fixture)
tests_unit_test_engine_spigot_CFLAGS = $(AM_CFLAGS) $(GMP_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_engine_spigot_LDADD = $(engine_LIBS) $(CMOCKA_LIBS)
tests_unit_test_engine_chudnovsky_SOURCES = tests/unit/test_engine_chudnovsky.c \
	$(engine_fixture)
tests_unit_test_engine_chudnovsky_CFLAGS = $(AM_CFLAGS) $(GMP_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_engine_chudnovsky_LDADD = $(engine_LIBS) $(CMOCKA_LIBS)
tests_unit_test_engine_bbp_SOURCES = tests/unit/test_engine_bbp.c \
	$(engine_fixture)
tests_unit_test_engine_bbp_CFLAGS = $(AM_CFLAGS) $(GMP_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_engine_bbp_LDADD = $(engine_LIBS) $(CMOCKA_LIBS)
check_PROGRAMS += $(unit_tests)
TESTS = $(unit_tests)
endif
