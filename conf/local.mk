# nginx's side, the schema's migrations, the example configuration.
EXTRA_DIST += conf/nginx.conf.in
nginxdir = $(pkgdatadir)
dist_nginx_DATA = conf/nthpi.nginx conf/nthpi-microcache.nginx \
	conf/nthpi-limits.nginx conf/nthpi-limited.nginx conf/nthpi-processes.nginx
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
