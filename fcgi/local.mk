# nthpi-fcgi, the web program. All but main.c is a library, so that tests can
# link it. One C++ file: the shim over ctemplate.
bin_PROGRAMS += nthpi-fcgi
noinst_LIBRARIES += libweb.a

libweb_a_CFLAGS = $(AM_CFLAGS) $(FCGI_CFLAGS) $(SQLITE_CFLAGS) $(JANSSON_CFLAGS) \
	$(SODIUM_CFLAGS) $(URIPARSER_CFLAGS) $(ZLIB_CFLAGS)
libweb_a_CXXFLAGS = $(AM_CXXFLAGS) $(CTEMPLATE_CFLAGS) $(SODIUM_CFLAGS)
libweb_a_SOURCES = \
	fcgi/app.h \
	fcgi/cache.c fcgi/cache.h \
	fcgi/confine.c fcgi/confine.h \
	fcgi/cors.c fcgi/cors.h \
	fcgi/encode.c fcgi/encode.h \
	fcgi/exposition.c fcgi/exposition.h \
	fcgi/gate.c fcgi/gate.h \
	fcgi/handlers.h \
	fcgi/metrics.c fcgi/metrics.h \
	fcgi/middleware.c fcgi/middleware.h \
	fcgi/notify.c \
	fcgi/park.c fcgi/park.h fcgi/park_internal.h \
	fcgi/park_conn.c fcgi/park_conn.h \
	fcgi/park_heir.c \
	fcgi/park_listen.c \
	fcgi/park_loop.c \
	fcgi/park_pool.c \
	fcgi/park_serve.c \
	fcgi/park_wait.c fcgi/park_wait.h \
	fcgi/process.c fcgi/process.h \
	fcgi/proof.c fcgi/proof.h \
	fcgi/pulse.c fcgi/pulse.h \
	fcgi/record.c fcgi/record.h \
	fcgi/reload.c fcgi/reload.h \
	fcgi/reply.c fcgi/reply.h \
	fcgi/request.c fcgi/request.h \
	fcgi/request_decode.c \
	fcgi/request_header.c \
	fcgi/router.c fcgi/router.h \
	fcgi/router_params.c \
	fcgi/share.c fcgi/share.h \
	fcgi/token.c fcgi/token.h \
	fcgi/dict.cc fcgi/dict.h fcgi/view.cc fcgi/view.h fcgi/view_keys.h \
	fcgi/view_check.c fcgi/view_check.h fcgi/view_dict.c
# Pages, forms, polls, the API.
libweb_a_SOURCES += \
	fcgi/actions.c fcgi/actions.h \
	fcgi/api_add.c \
	fcgi/api_list.c \
	fcgi/api_pi.c \
	fcgi/api_row.c \
	fcgi/asker.c fcgi/asker.h \
	fcgi/bulk.c fcgi/bulk.h fcgi/bulk_show.c \
	fcgi/compare.c fcgi/compare.h fcgi/compare_show.c \
	fcgi/damage.c fcgi/damage.h \
	fcgi/estimate.c fcgi/estimate.h \
	fcgi/explain.c fcgi/explain.h \
	fcgi/reasons.c fcgi/reasons.h \
	fcgi/facts.c fcgi/facts.h \
	fcgi/form.c fcgi/form.h fcgi/form_show.c \
	fcgi/json.c fcgi/json.h \
	fcgi/lang.c fcgi/lang.h \
	fcgi/list.h fcgi/list_filters.c fcgi/list_send.c fcgi/live.h \
	fcgi/page.c fcgi/page.h \
	fcgi/page_api.c \
	fcgi/page_compare.c \
	fcgi/page_computation.c \
	fcgi/page_error.c \
	fcgi/page_health.c \
	fcgi/page_list.c \
	fcgi/page_metrics.c \
	fcgi/page_pi.c \
	fcgi/page_pictures.c \
	fcgi/page_report.c \
	fcgi/page_search.c \
	fcgi/page_text.c \
	fcgi/pi_live.c fcgi/pi_live.h \
	fcgi/pi_screen.c fcgi/pi_screen.h \
	fcgi/pi_state.c fcgi/pi_state.h \
	fcgi/pi_sum.c fcgi/pi_sum.h \
	fcgi/picture.c fcgi/picture.h \
	fcgi/picture_frequencies.c \
	fcgi/picture_matrix.c \
	fcgi/picture_path.c fcgi/picture_path.h \
	fcgi/picture_speed.c \
	fcgi/picture_transitions.c \
	fcgi/picture_version.c \
	fcgi/picture_walk.c \
	fcgi/picture_words.c \
	fcgi/post_actions.c \
	fcgi/post_add.c \
	fcgi/post_bulk.c \
	fcgi/post_language.c \
	fcgi/question.c fcgi/question.h \
	fcgi/queue.c \
	fcgi/rows.c fcgi/rows.h \
	fcgi/search_date.c fcgi/search_date.h \
	fcgi/search_find.c fcgi/search_find.h \
	fcgi/search_show.c fcgi/search_show.h \
	fcgi/stream.c fcgi/stream.h \
	fcgi/text.c fcgi/text.h fcgi/text.def \
	fcgi/timeline.c fcgi/timeline.h \
	fcgi/updates.c fcgi/updates.h \
	fcgi/updates_rows.c
# Shared with nthpi; libcommon does without jansson.
libweb_a_SOURCES += common/computation_json.c common/computation_json.h
web_LIBS = libweb.a $(common_LIBS) $(FCGI_LIBS) $(CTEMPLATE_LIBS) $(JANSSON_LIBS) \
	$(URIPARSER_LIBS) $(ZLIB_LIBS)

nthpi_fcgi_SOURCES = fcgi/main.c
nthpi_fcgi_CFLAGS = $(libweb_a_CFLAGS)
nthpi_fcgi_LDADD = $(web_LIBS)
# The library holds C++: link with the C++ driver.
nthpi_fcgi_LINK = $(CXXLD) $(AM_CXXFLAGS) $(CXXFLAGS) $(AM_LDFLAGS) $(LDFLAGS) -o $@
dist_man_MANS += fcgi/nthpi-fcgi.8
