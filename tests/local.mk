# Unit tests, run by `make check`. The tests that need nginx, Node and Chromium
# are run by contrib/check.
if HAVE_CMOCKA
unit_tests =
check_PROGRAMS += $(unit_tests)
TESTS = $(unit_tests)
endif
