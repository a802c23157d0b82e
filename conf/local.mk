# nginx's side, the schema's migrations, the example configuration.
EXTRA_DIST += conf/nginx.conf.in
# The manual of the configuration; its options come from the table of options.
EXTRA_DIST += conf/nthpi.conf.5.in
CLEANFILES += conf/nthpi.conf.5
man_MANS = conf/nthpi.conf.5
conf/nthpi.conf.5: conf/nthpi.conf.5.in common/conf-example$(EXEEXT)
	$(AM_V_GEN)$(MKDIR_P) conf && \
	  common/conf-example$(EXEEXT) --manual | sed 's/-/\\-/g' > $@.options && \
	  sed -e 's|@FOLDER@|$(sysconfdir)|g' -e '/^@OPTIONS@$$/{' \
	    -e 'r $@.options' -e 'd' -e '}' $(srcdir)/conf/nthpi.conf.5.in > $@.tmp && \
	  rm $@.options && mv $@.tmp $@
nginxdir = $(pkgdatadir)
dist_nginx_DATA = conf/nthpi.nginx conf/nthpi-microcache.nginx \
	conf/nthpi-limits.nginx conf/nthpi-processes.nginx
errorsdir = $(pkgdatadir)/errors
dist_errors_DATA = \
	conf/errors/400.html \
	conf/errors/401.html \
	conf/errors/404.html \
	conf/errors/405.html \
	conf/errors/413.html \
	conf/errors/414.html \
	conf/errors/429.html \
	conf/errors/unavailable.html \
	conf/errors/unsent.html
