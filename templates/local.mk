# Pages. Templates are written in English with their texts marked; each language
# gets its own set at build time. Static files are served by nginx.
EXTRA_DIST += $(template_files) templates/localize.awk
template_files = \
	templates/api.tpl \
	templates/computation.tpl \
	templates/computation_live.tpl \
	templates/confirm.tpl \
	templates/delete.tpl \
	templates/error.tpl \
	templates/foot.tpl \
	templates/form.tpl \
	templates/head.tpl \
	templates/list.tpl \
	templates/pi.tpl \
	templates/pi_live.tpl \
	templates/pi_unknown.tpl \
	templates/row.tpl
static_files = \
	templates/static/icon.svg \
	templates/static/live.js \
	templates/static/noscript.css \
	templates/static/openapi.json \
	templates/static/robots.txt
EXTRA_DIST += $(static_files) templates/name-static

# The stylesheet of all pages, in this order.
css_files = \
	templates/css/base.css \
	templates/css/form.css \
	templates/css/list.css \
	templates/css/computation.css \
	templates/css/pi.css \
	templates/css/api.css \
	templates/css/print.css
EXTRA_DIST += $(css_files)
CLEANFILES += templates/nthpi.css
templates/nthpi.css: $(css_files)
	$(AM_V_GEN)$(MKDIR_P) templates && \
	  (cd $(srcdir) && cat $(css_files)) > $@.tmp && mv $@.tmp $@

# What nginx serves, under names that say what is in them; see name-static.
staticdir = $(pkgdatadir)/static
noinst_DATA += templates/static-names
CLEANFILES += templates/static-names templates/public/*
templates/static-names: $(static_files) templates/nthpi.css templates/name-static
	$(AM_V_GEN)$(MKDIR_P) templates && names=$$(pwd)/$@ && \
	  folder=$$(pwd)/templates/public && css=$$(pwd)/templates/nthpi.css && \
	  (cd $(srcdir) && \
	    templates/name-static "$$folder" "$$names" "$$css" $(static_files))
install-data-local: install-static
uninstall-local: uninstall-static
# Names of an older build stay: pages that are open may still ask for them.
install-static: templates/static-names
	@$(MKDIR_P) "$(DESTDIR)$(staticdir)"
	$(INSTALL_DATA) templates/public/* "$(DESTDIR)$(staticdir)"
uninstall-static: templates/static-names
	for file in templates/public/*; do \
	  rm -f "$(DESTDIR)$(staticdir)/$${file##*/}"; \
	done
.PHONY: install-static uninstall-static

english = \
	templates/en/api.tpl \
	templates/en/computation.tpl \
	templates/en/computation_live.tpl \
	templates/en/confirm.tpl \
	templates/en/delete.tpl \
	templates/en/error.tpl \
	templates/en/foot.tpl \
	templates/en/form.tpl \
	templates/en/head.tpl \
	templates/en/list.tpl \
	templates/en/pi.tpl \
	templates/en/pi_live.tpl \
	templates/en/pi_unknown.tpl \
	templates/en/row.tpl
templatesendir = $(pkgdatadir)/templates/en
nodist_templatesen_DATA = $(english)
CLEANFILES += $(english)
# Each is made from the template of the same name in the source tree.
$(english): templates/localize.awk $(template_files) templates/static-names
	$(AM_V_GEN)$(MKDIR_P) templates/en && \
	  $(AWK) -v lang=en -v static=templates/static-names -f $(srcdir)/templates/localize.awk \
	    $(srcdir)/templates/$(@F) > $@.tmp && \
	  mv $@.tmp $@
