# The engine: libnthpi.a
noinst_LIBRARIES += libnthpi.a
libnthpi_a_CFLAGS = $(AM_CFLAGS) $(GMP_CFLAGS)
libnthpi_a_SOURCES = \
	daemon/engine/engine.c daemon/engine/engine.h
engine_LIBS = libnthpi.a $(GMP_LIBS) -lm
EXTRA_DIST += daemon/engine/README.md
