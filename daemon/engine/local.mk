# The engine: libnthpi.a
noinst_LIBRARIES += libnthpi.a
libnthpi_a_CFLAGS = $(AM_CFLAGS) $(GMP_CFLAGS)
libnthpi_a_SOURCES = \
	daemon/engine/algorithms.h \
	daemon/engine/bbp.c \
	daemon/engine/bbp_series.c daemon/engine/bbp_series.h \
	daemon/engine/chudnovsky.c \
	daemon/engine/engine.c daemon/engine/engine.h \
	daemon/engine/pair.c daemon/engine/pair.h \
	daemon/engine/radix.c daemon/engine/radix.h \
	daemon/engine/run.c daemon/engine/run.h \
	daemon/engine/spigot.c \
	daemon/engine/split.c daemon/engine/split.h
engine_LIBS = libnthpi.a $(GMP_LIBS) -lm
EXTRA_DIST += daemon/engine/README.md
