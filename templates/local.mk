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
	templates/row.tpl \
	templates/search.tpl
static_files = \
	templates/static/icon.svg \
	templates/static/live.js \
	templates/static/noscript.css \
	templates/static/openapi.json \
	templates/static/robots.txt \
	templates/static/search.js
EXTRA_DIST += $(static_files) templates/name-static

# The stylesheet of all pages, in this order.
css_files = \
	templates/css/base.css \
	templates/css/form.css \
	templates/css/list.css \
	templates/css/computation.css \
	templates/css/pi.css \
	templates/css/api.css \
	templates/css/search.css \
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

# One set of templates for each language of fcgi/lang.h.
languages = en
templatedir = $(pkgdatadir)/templates
noinst_DATA += templates/localized
CLEANFILES += templates/localized templates/en/*
templates/localized: templates/localize.awk $(template_files) templates/static-names
	$(AM_V_GEN)for lang in $(languages); do \
	  $(MKDIR_P) templates/$$lang || exit 1; \
	  for file in $(template_files); do \
	    name=templates/$$lang/$${file##*/}; \
	    $(AWK) -v lang=$$lang -v static=templates/static-names \
	      -f $(srcdir)/templates/localize.awk $(srcdir)/$$file > $$name.tmp && \
	    mv $$name.tmp $$name || exit 1; \
	  done; \
	done && touch $@
install-data-local: install-templates
uninstall-local: uninstall-templates
install-templates: templates/localized
	for lang in $(languages); do \
	  $(MKDIR_P) "$(DESTDIR)$(templatedir)/$$lang" && \
	  $(INSTALL_DATA) templates/$$lang/*.tpl "$(DESTDIR)$(templatedir)/$$lang" || exit 1; \
	done
uninstall-templates:
	for lang in $(languages); do for file in $(template_files); do \
	  rm -f "$(DESTDIR)$(templatedir)/$$lang/$${file##*/}"; \
	done; done
.PHONY: install-templates uninstall-templates
