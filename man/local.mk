# Manual pages in other languages; the English ones are with their programs.
manru1dir = $(mandir)/ru/man1
dist_manru1_DATA = man/ru/nthpi.1
manru8dir = $(mandir)/ru/man8
dist_manru8_DATA = man/ru/nthpi-fcgi.8 man/ru/nthpid.8
# That of the configuration gets ranges and defaults from the table of options.
EXTRA_DIST += man/ru/nthpi.conf.5.in man/ru/options.awk
CLEANFILES += man/ru/nthpi.conf.5
manru5dir = $(mandir)/ru/man5
manru5_DATA = man/ru/nthpi.conf.5
man/ru/nthpi.conf.5: man/ru/nthpi.conf.5.in man/ru/options.awk common/conf-example$(EXEEXT)
	$(AM_V_GEN)$(MKDIR_P) man/ru && \
	  common/conf-example$(EXEEXT) --manual > $@.options && \
	  $(AWK) -f $(srcdir)/man/ru/options.awk $@.options \
	    $(srcdir)/man/ru/nthpi.conf.5.in > $@.tmp && rm $@.options && \
	  sed -e 's|@FOLDER@|$(sysconfdir)|g' $@.tmp > $@.made && rm $@.tmp && mv $@.made $@
