# nthpi-fcgi, the web program. All but main.c is a library, so that tests can
# link it. One C++ file: the shim over ctemplate.
bin_PROGRAMS += nthpi-fcgi
noinst_LIBRARIES += libweb.a

libweb_a_CFLAGS = $(AM_CFLAGS) $(FCGI_CFLAGS) $(SQLITE_CFLAGS) $(JANSSON_CFLAGS) \
	$(SODIUM_CFLAGS) $(URIPARSER_CFLAGS)
libweb_a_CXXFLAGS = $(AM_CXXFLAGS) $(CTEMPLATE_CFLAGS) $(SODIUM_CFLAGS)
libweb_a_SOURCES = \
	fcgi/app.h \
	fcgi/handlers.h \
	fcgi/middleware.c fcgi/middleware.h \
	fcgi/reply.c fcgi/reply.h \
	fcgi/request.c fcgi/request.h \
	fcgi/request_decode.c \
	fcgi/request_header.c \
	fcgi/router.c fcgi/router.h \
	fcgi/router_params.c \
	fcgi/token.c fcgi/token.h \
	fcgi/view.cc fcgi/view.h fcgi/view_keys.h
web_LIBS = libweb.a $(common_LIBS) $(FCGI_LIBS) $(CTEMPLATE_LIBS) $(JANSSON_LIBS) \
	$(URIPARSER_LIBS)

nthpi_fcgi_SOURCES = fcgi/main.c
nthpi_fcgi_CFLAGS = $(libweb_a_CFLAGS)
nthpi_fcgi_LDADD = $(web_LIBS)
# The library holds C++: link with the C++ driver.
nthpi_fcgi_LINK = $(CXXLD) $(AM_CXXFLAGS) $(CXXFLAGS) $(AM_LDFLAGS) $(LDFLAGS) -o $@
