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
	conf/nthpi-limits.nginx conf/nthpi-limited.nginx conf/nthpi-processes.nginx

# nginx's own pages, in each language: NAME.html of each line of conf/errors/pages.
error_sources = conf/errors/pages conf/errors/page.html
EXTRA_DIST += $(error_sources) conf/errors/fill.awk
errorsdir = $(pkgdatadir)/errors
noinst_DATA += conf/errors/made
CLEANFILES += conf/errors/made $(languages:%=conf/errors/%/*)
conf/errors/made: $(error_sources) conf/errors/fill.awk templates/po.awk \
		templates/localize.awk $(po_files)
	$(AM_V_GEN)for lang in $(languages); do \
	  $(MKDIR_P) conf/errors/$$lang || exit 1; \
	  po=$(srcdir)/templates/po/$$lang.po; \
	  test -f $$po || po=; \
	  for name in $$(sed -n 's/^\([a-z0-9]*\) .*/\1/p' $(srcdir)/conf/errors/pages); do \
	    page=conf/errors/$$lang/$$name.html; \
	    (cd $(srcdir) && $(AWK) -v name=$$name -f conf/errors/fill.awk $(error_sources)) \
	      > $$page.tmp && \
	    $(AWK) -v lang=$$lang -v po=$$po -f $(srcdir)/templates/po.awk \
	      -f $(srcdir)/templates/localize.awk $$page.tmp > $$page && rm $$page.tmp || exit 1; \
	  done; \
	done && touch $@
install-data-local: install-errors
uninstall-local: uninstall-errors
install-errors: conf/errors/made
	for lang in $(languages); do \
	  $(MKDIR_P) "$(DESTDIR)$(errorsdir)/$$lang" && \
	  $(INSTALL_DATA) conf/errors/$$lang/*.html "$(DESTDIR)$(errorsdir)/$$lang" || exit 1; \
	done
uninstall-errors:
	for lang in $(languages); do rm -f "$(DESTDIR)$(errorsdir)/$$lang"/*.html; done
.PHONY: install-errors uninstall-errors
