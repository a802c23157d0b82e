# Pages. Templates are written in English with their texts marked; each language
# gets its own set at build time. Static files are served by nginx.
EXTRA_DIST += $(template_files) templates/localize.awk
template_files = \
	templates/computation.tpl \
	templates/computation_live.tpl \
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
dist_static_DATA = \
	templates/static/icon.svg \
	templates/static/live.js \
	templates/static/nthpi.css \
	templates/static/noscript.css \
	templates/static/robots.txt

staticdir = $(pkgdatadir)/static

english = \
	templates/en/computation.tpl \
	templates/en/computation_live.tpl \
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
# Pages name the static files by a checksum, so that browsers can keep them.
$(english): templates/localize.awk $(template_files) $(dist_static_DATA)
	$(AM_V_GEN)$(MKDIR_P) templates/en && \
	  static=$$(cd $(srcdir) && cat $(dist_static_DATA) | cksum | cut -d' ' -f1) && \
	  $(AWK) -v lang=en -v static=$$static -f $(srcdir)/templates/localize.awk \
	    $(srcdir)/templates/$(@F) > $@.tmp && \
	  mv $@.tmp $@
