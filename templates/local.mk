# Pages. Templates are written in English with their texts marked; each language
# gets its own set at build time. Static files are served by nginx.
EXTRA_DIST += $(template_files) templates/localize.awk
template_files = \
	templates/absent.tpl \
	templates/api.tpl \
	templates/bulk.tpl \
	templates/compare.tpl \
	templates/compare_live.tpl \
	templates/compare_offer.tpl \
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
	templates/pi_nav.tpl \
	templates/pi_unknown.tpl \
	templates/picture_frequencies.tpl \
	templates/picture_head.tpl \
	templates/picture_matrix.tpl \
	templates/picture_speed.tpl \
	templates/picture_transitions.tpl \
	templates/picture_walk.tpl \
	templates/pictures.tpl \
	templates/row.tpl \
	templates/search.tpl
# favicon.ico and apple-touch-icon.png are icon.svg in its light colours, 32 and 180
# pixels wide, for those who take no SVG.
static_files = \
	templates/static/apple-touch-icon.png \
	templates/static/favicon.ico \
	templates/static/icon.svg \
	templates/static/form.js \
	templates/static/list.js \
	templates/static/live.js \
	templates/static/rows.js \
	templates/static/noscript.css \
	templates/static/openapi.json \
	templates/static/robots.txt \
	templates/static/search.js \
	templates/static/viewer.js
EXTRA_DIST += $(static_files) templates/name-static templates/strip.awk

# The stylesheet of all pages, in this order.
css_files = \
	templates/css/base.css \
	templates/css/status.css \
	templates/css/form.css \
	templates/css/list.css \
	templates/css/computation.css \
	templates/css/compare.css \
	templates/css/pi.css \
	templates/css/pictures.css \
	templates/css/api.css \
	templates/css/search.css \
	templates/css/modes.css \
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
templates/static-names: $(static_files) templates/nthpi.css templates/name-static \
		templates/strip.awk
	$(AM_V_GEN)$(MKDIR_P) templates && names=$$(pwd)/$@ && \
	  folder=$$(pwd)/templates/public && css=$$(pwd)/templates/nthpi.css && \
	  (cd $(srcdir) && AWK=$(AWK) \
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

# One set of templates for each language of fcgi/lang.h; CONTRIBUTING.md says what else a
# new one needs.
languages = en ru
po_files = templates/po/ru.po
EXTRA_DIST += $(po_files) templates/po.awk templates/texts.awk templates/extract.awk
templatedir = $(pkgdatadir)/templates
noinst_DATA += templates/localized
CLEANFILES += templates/localized $(languages:%=templates/%/*)
templates/localized: templates/po.awk templates/localize.awk $(template_files) $(po_files) \
		templates/static-names
	$(AM_V_GEN)for lang in $(languages); do \
	  $(MKDIR_P) templates/$$lang || exit 1; \
	  po=$(srcdir)/templates/po/$$lang.po; \
	  test -f $$po || po=; \
	  for file in $(template_files); do \
	    name=templates/$$lang/$${file##*/}; \
	    $(AWK) -v lang=$$lang -v po=$$po -v static=templates/static-names \
	      -f $(srcdir)/templates/po.awk -f $(srcdir)/templates/localize.awk \
	      $(srcdir)/$$file > $$name.tmp && \
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

# The program's own texts, see fcgi/text.c.
BUILT_SOURCES += fcgi/text_ru.def
CLEANFILES += fcgi/text_ru.def
text_sources = fcgi/text.def common/reason.def
fcgi/text_ru.def: $(text_sources) templates/po/ru.po templates/po.awk \
		templates/texts.awk
	$(AM_V_GEN)$(MKDIR_P) fcgi && \
	  $(AWK) -v po=$(srcdir)/templates/po/ru.po -f $(srcdir)/templates/po.awk \
	    -f $(srcdir)/templates/texts.awk $(text_sources:%=$(srcdir)/%) > $@.tmp && mv $@.tmp $@

# Brings texts that are new or have changed into the po files, for a translator; needs
# gettext. What has changed is marked as fuzzy there, and English until it is looked at.
update-po:
	cd $(srcdir) && \
	  $(AWK) -f templates/extract.awk $(text_sources) $(template_files) \
	    $(error_sources) > templates/po/new.pot && \
	  for po in $(po_files); do \
	    msgmerge --quiet --update --backup=none --no-location --width=88 $$po \
	      templates/po/new.pot || exit 1; \
	  done && rm templates/po/new.pot
.PHONY: update-po
