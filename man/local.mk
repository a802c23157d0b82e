# Manual pages in other languages; the English ones are with their programs.
manru1dir = $(mandir)/ru/man1
dist_manru1_DATA = man/ru/nthpi.1
manru8dir = $(mandir)/ru/man8
dist_manru8_DATA = man/ru/nthpi-fcgi.8 man/ru/nthpid.8
