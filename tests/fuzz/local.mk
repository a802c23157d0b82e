# Fuzz targets: `make fuzzers` in a build with clang makes them, tests/fuzz/run runs
# them. They are made of the programs' own sources, compiled once more with the
# sanitizers and libFuzzer's counters.
FUZZ_FLAGS = -fno-omit-frame-pointer -fsanitize=fuzzer-no-link,address,undefined \
	-fno-sanitize-recover=undefined
FUZZ_LINK = -fsanitize=fuzzer,address,undefined
fuzz_targets = \
	tests/fuzz/fuzz_query \
	tests/fuzz/fuzz_params \
	tests/fuzz/fuzz_path \
	tests/fuzz/fuzz_range \
	tests/fuzz/fuzz_request \
	tests/fuzz/fuzz_headers \
	tests/fuzz/fuzz_json \
	tests/fuzz/fuzz_form \
	tests/fuzz/fuzz_protocol \
	tests/fuzz/fuzz_conf \
	tests/fuzz/fuzz_names \
	tests/fuzz/fuzz_search \
	tests/fuzz/fuzz_sidecar \
	tests/fuzz/fuzz_token
EXTRA_PROGRAMS = $(fuzz_targets)
EXTRA_LIBRARIES = tests/fuzz/libfuzz.a
CLEANFILES += $(fuzz_targets) tests/fuzz/libfuzz.a
fuzz_CFLAGS = $(NTHPI_CFLAGS) $(FCGI_CFLAGS) $(SQLITE_CFLAGS) $(JANSSON_CFLAGS) \
	$(SODIUM_CFLAGS) $(URIPARSER_CFLAGS) $(INIH_CFLAGS) $(SECCOMP_CFLAGS) \
	$(FUZZ_FLAGS)
fuzz_LIBS = tests/fuzz/libfuzz.a $(FCGI_LIBS) $(JANSSON_LIBS) $(URIPARSER_LIBS) \
	$(SODIUM_LIBS) $(INIH_LIBS) $(SECCOMP_LIBS)
tests_fuzz_libfuzz_a_CFLAGS = $(fuzz_CFLAGS)
tests_fuzz_libfuzz_a_SOURCES = tests/fuzz/fuzz.c tests/fuzz/fuzz.h \
	common/computation.c \
	common/conf.c common/conf_file.c common/conf_table.c common/conf_text.c \
	common/conf_value.c \
	common/digits_check.c common/digits_publish.c common/digits_read.c \
	common/digits_sha256.c \
	common/digits_sum.c common/digits_trust.c common/digits_write.c \
	common/log.c common/log_repeat.c \
	common/position.c \
	common/sandbox.c common/sandbox_calls.c common/sandbox_kernel.c \
	common/sandbox_paths.c common/sandbox_table.c \
	common/search.c common/search_index.c common/search_parse.c common/search_scan.c \
	common/store_cursor.c \
	daemon/protocol.c \
	fcgi/bulk.c \
	fcgi/cors.c \
	fcgi/form.c \
	fcgi/gate.c \
	fcgi/lang.c \
	fcgi/question.c \
	fcgi/record.c \
	fcgi/request.c fcgi/request_decode.c fcgi/request_header.c \
	fcgi/router.c fcgi/router_params.c \
	fcgi/search_date.c \
	fcgi/text.c \
	fcgi/token.c
tests_fuzz_fuzz_query_SOURCES = tests/fuzz/fuzz_query.c tests/fuzz/fuzz.h
tests_fuzz_fuzz_query_CFLAGS = $(fuzz_CFLAGS)
tests_fuzz_fuzz_query_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_fuzz_query_LDADD = $(fuzz_LIBS)
tests_fuzz_fuzz_params_SOURCES = tests/fuzz/fuzz_params.c tests/fuzz/fuzz.h
tests_fuzz_fuzz_params_CFLAGS = $(fuzz_CFLAGS)
tests_fuzz_fuzz_params_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_fuzz_params_LDADD = $(fuzz_LIBS)
tests_fuzz_fuzz_path_SOURCES = tests/fuzz/fuzz_path.c tests/fuzz/fuzz.h
tests_fuzz_fuzz_path_CFLAGS = $(fuzz_CFLAGS)
tests_fuzz_fuzz_path_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_fuzz_path_LDADD = $(fuzz_LIBS)
tests_fuzz_fuzz_range_SOURCES = tests/fuzz/fuzz_range.c tests/fuzz/fuzz.h
tests_fuzz_fuzz_range_CFLAGS = $(fuzz_CFLAGS)
tests_fuzz_fuzz_range_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_fuzz_range_LDADD = $(fuzz_LIBS)
tests_fuzz_fuzz_request_SOURCES = tests/fuzz/fuzz_request.c tests/fuzz/fuzz.h
tests_fuzz_fuzz_request_CFLAGS = $(fuzz_CFLAGS)
tests_fuzz_fuzz_request_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_fuzz_request_LDADD = $(fuzz_LIBS)
tests_fuzz_fuzz_headers_SOURCES = tests/fuzz/fuzz_headers.c tests/fuzz/fuzz.h
tests_fuzz_fuzz_headers_CFLAGS = $(fuzz_CFLAGS)
tests_fuzz_fuzz_headers_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_fuzz_headers_LDADD = $(fuzz_LIBS)
tests_fuzz_fuzz_json_SOURCES = tests/fuzz/fuzz_json.c tests/fuzz/fuzz.h
tests_fuzz_fuzz_json_CFLAGS = $(fuzz_CFLAGS)
tests_fuzz_fuzz_json_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_fuzz_json_LDADD = $(fuzz_LIBS)
tests_fuzz_fuzz_form_SOURCES = tests/fuzz/fuzz_form.c tests/fuzz/fuzz.h
tests_fuzz_fuzz_form_CFLAGS = $(fuzz_CFLAGS)
tests_fuzz_fuzz_form_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_fuzz_form_LDADD = $(fuzz_LIBS)
tests_fuzz_fuzz_protocol_SOURCES = tests/fuzz/fuzz_protocol.c tests/fuzz/fuzz.h
tests_fuzz_fuzz_protocol_CFLAGS = $(fuzz_CFLAGS)
tests_fuzz_fuzz_protocol_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_fuzz_protocol_LDADD = $(fuzz_LIBS)
tests_fuzz_fuzz_conf_SOURCES = tests/fuzz/fuzz_conf.c tests/fuzz/fuzz.h
tests_fuzz_fuzz_conf_CFLAGS = $(fuzz_CFLAGS)
tests_fuzz_fuzz_conf_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_fuzz_conf_LDADD = $(fuzz_LIBS)
tests_fuzz_fuzz_names_SOURCES = tests/fuzz/fuzz_names.c tests/fuzz/fuzz.h
tests_fuzz_fuzz_names_CFLAGS = $(fuzz_CFLAGS)
tests_fuzz_fuzz_names_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_fuzz_names_LDADD = $(fuzz_LIBS)
tests_fuzz_fuzz_search_SOURCES = tests/fuzz/fuzz_search.c tests/fuzz/fuzz.h
tests_fuzz_fuzz_search_CFLAGS = $(fuzz_CFLAGS)
tests_fuzz_fuzz_search_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_fuzz_search_LDADD = $(fuzz_LIBS)
tests_fuzz_fuzz_sidecar_SOURCES = tests/fuzz/fuzz_sidecar.c tests/fuzz/fuzz.h
tests_fuzz_fuzz_sidecar_CFLAGS = $(fuzz_CFLAGS)
tests_fuzz_fuzz_sidecar_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_fuzz_sidecar_LDADD = $(fuzz_LIBS)
tests_fuzz_fuzz_token_SOURCES = tests/fuzz/fuzz_token.c tests/fuzz/fuzz.h
tests_fuzz_fuzz_token_CFLAGS = $(fuzz_CFLAGS)
tests_fuzz_fuzz_token_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_fuzz_token_LDADD = $(fuzz_LIBS)

fuzzers: $(fuzz_targets)
$(tests_fuzz_libfuzz_a_OBJECTS): | fcgi/text_ru.def
.PHONY: fuzzers
EXTRA_DIST += tests/fuzz/run tests/fuzz/seeds tests/fuzz/dict
