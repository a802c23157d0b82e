# The engine: libnthpi.a
noinst_LIBRARIES += libnthpi.a
libnthpi_a_CFLAGS = $(AM_CFLAGS) $(GMP_CFLAGS) $(FLINT_CFLAGS)
libnthpi_a_SOURCES = \
	daemon/engine/algorithms.h \
	daemon/engine/bbp.c \
	daemon/engine/bbp_series.c daemon/engine/bbp_series.h \
	daemon/engine/chudnovsky.c \
	daemon/engine/decimal.c \
	daemon/engine/engine.c daemon/engine/engine.h \
	daemon/engine/evidence.h \
	daemon/engine/factors.c daemon/engine/factors.h \
	daemon/engine/fraction.c daemon/engine/fraction.h \
	daemon/engine/mul.c daemon/engine/mul.h \
	daemon/engine/newton.c daemon/engine/newton.h \
	daemon/engine/pair.c daemon/engine/pair.h \
	daemon/engine/radix.c daemon/engine/radix.h \
	daemon/engine/residue.c daemon/engine/residue.h \
	daemon/engine/run.c daemon/engine/run.h \
	daemon/engine/spigot.c \
	daemon/engine/split.c daemon/engine/split.h \
	daemon/engine/terms.c daemon/engine/terms.h \
	daemon/engine/verify.c daemon/engine/verify.h
engine_LIBS = libnthpi.a $(FLINT_LIBS) $(GMP_LIBS) -lm
EXTRA_DIST += daemon/engine/README.md
