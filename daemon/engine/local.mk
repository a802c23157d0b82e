# The engine: libnthpi.a
noinst_LIBRARIES += libnthpi.a
libnthpi_a_CFLAGS = $(AM_CFLAGS) $(GMP_CFLAGS) $(FLINT_CFLAGS)
libnthpi_a_SOURCES = \
	daemon/engine/algorithms.h \
	daemon/engine/bbp.c daemon/engine/bbp.h \
	daemon/engine/bbp_block.c \
	daemon/engine/bbp_class.c \
	daemon/engine/bbp_direct.c \
	daemon/engine/bbp_groups.h \
	daemon/engine/bbp_ifma.h \
	daemon/engine/bbp_kernel.c daemon/engine/bbp_kernel.h \
	daemon/engine/bbp_kernel_avx2.c \
	daemon/engine/bbp_kernel_ifma.c \
	daemon/engine/bbp_kernel_portable.c \
	daemon/engine/bbp_power.c \
	daemon/engine/bbp_primes.c \
	daemon/engine/bbp_range.c daemon/engine/bbp_range.h \
	daemon/engine/bbp_rational.c daemon/engine/bbp_rational.h \
	daemon/engine/bbp_small.c \
	daemon/engine/bbp_state.c daemon/engine/bbp_state.h \
	daemon/engine/bbp_terms.c daemon/engine/bbp_terms.h \
	daemon/engine/bbp_units.c daemon/engine/bbp_units.h \
	daemon/engine/checked.c daemon/engine/checked.h \
	daemon/engine/checked_state.c daemon/engine/checked_state.h \
	daemon/engine/chudnovsky.c \
	daemon/engine/decimal.c \
	daemon/engine/decimal_step.c daemon/engine/decimal_step.h \
	daemon/engine/digest.h \
	daemon/engine/engine.c daemon/engine/engine.h \
	daemon/engine/evidence.h \
	daemon/engine/exact.c daemon/engine/exact.h \
	daemon/engine/factors.c daemon/engine/factors.h \
	daemon/engine/fixed.c daemon/engine/fixed.h \
	daemon/engine/fraction.c daemon/engine/fraction.h \
	daemon/engine/modular.h \
	daemon/engine/mul.c daemon/engine/mul.h \
	daemon/engine/mul_plan.c daemon/engine/mul_plan.h \
	daemon/engine/mul_short.c daemon/engine/mul_short.h \
	daemon/engine/mul_wrap.c \
	daemon/engine/newton.c daemon/engine/newton.h \
	daemon/engine/ntt.c daemon/engine/ntt.h \
	daemon/engine/ntt_block.c daemon/engine/ntt_block.h \
	daemon/engine/ntt_avx2.c \
	daemon/engine/ntt_columns.h \
	daemon/engine/ntt_ifma.c daemon/engine/ntt_ifma.h \
	daemon/engine/ntt_kernel.c daemon/engine/ntt_kernel.h \
	daemon/engine/ntt_portable.c \
	daemon/engine/ntt_tables.h \
	daemon/engine/ntt_transform.h \
	daemon/engine/pair.c daemon/engine/pair.h \
	daemon/engine/radix.c daemon/engine/radix.h \
	daemon/engine/residue.c daemon/engine/residue.h \
	daemon/engine/run.c daemon/engine/run.h \
	daemon/engine/sieve.c daemon/engine/sieve.h \
	daemon/engine/spigot.c \
	daemon/engine/split.c daemon/engine/split.h \
	daemon/engine/sums.c daemon/engine/sums.h \
	daemon/engine/terms.c daemon/engine/terms.h \
	daemon/engine/verify.c daemon/engine/verify.h \
	daemon/engine/verify_again.c
engine_LIBS = libnthpi.a $(FLINT_LIBS) $(GMP_LIBS) -lm
EXTRA_DIST += daemon/engine/README.md daemon/engine/bbp.md
