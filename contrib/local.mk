# Scripts around the programs: trying out, checking, running under systemd, and what a
# shell completes.
bashcompletiondir = $(datadir)/bash-completion/completions
dist_bashcompletion_DATA = contrib/completion/nthpi
zshcompletiondir = $(datadir)/zsh/site-functions
dist_zshcompletion_DATA = contrib/completion/_nthpi
install-data-hook: install-completion
uninstall-hook: uninstall-completion
# bash looks for a file of the command's name; zsh reads in the file what it is for.
install-completion:
	cd "$(DESTDIR)$(bashcompletiondir)" && \
	  ln -sf nthpi nthpid && ln -sf nthpi nthpi-fcgi
uninstall-completion:
	cd "$(DESTDIR)$(bashcompletiondir)" && rm -f nthpid nthpi-fcgi
.PHONY: install-completion uninstall-completion
EXTRA_DIST += contrib/packages contrib/install-packages contrib/quickstart \
	contrib/check contrib/analyze contrib/analysis/known \
	contrib/analysis/cppcheck contrib/bench/engine contrib/bench/measure.c \
	contrib/bench/same.c contrib/bench/peer_mpfr.c contrib/bench/peer_arb.c \
	contrib/bench/parts.c contrib/bench/medians.awk contrib/bench/plot.awk \
	contrib/bench/report.awk contrib/bench/median.awk contrib/bench/results.sh \
	contrib/bench/search \
	contrib/bench/web contrib/bench/sites.sh contrib/bench/hello.c \
	contrib/bench/page_aiohttp.py contrib/bench/web_medians.awk \
	contrib/bench/web_plot.awk contrib/bench/web_report.awk \
	contrib/bench/RESULTS.md contrib/bench/RESULTS.svg \
	contrib/bench/RESULTS-web.svg \
	contrib/systemd/nthpi-fcgi.service \
	contrib/systemd/nthpi-fcgi.socket contrib/systemd/nthpi-web@.service \
	contrib/systemd/nthpi-web@.socket contrib/systemd/nthpi.sysusers \
	contrib/systemd/nthpi.tmpfiles contrib/systemd/nthpid.service \
	contrib/logrotate/nthpi contrib/screenshots/make \
	contrib/screenshots/main.png contrib/screenshots/pi.png \
	contrib/screenshots/pictures-dark.png

# Debian packages, a container.
EXTRA_DIST += .dockerignore contrib/packaging/Containerfile contrib/packaging/build \
	contrib/packaging/container \
	contrib/packaging/debian/changelog \
	contrib/packaging/debian/clean \
	contrib/packaging/debian/control \
	contrib/packaging/debian/copyright \
	contrib/packaging/debian/nthpi-daemon.install \
	contrib/packaging/debian/nthpi-daemon.postrm \
	contrib/packaging/debian/nthpi-web.README.Debian \
	contrib/packaging/debian/nthpi-web.install \
	contrib/packaging/debian/nthpi-web.nginx \
	contrib/packaging/debian/nthpi-web.postinst \
	contrib/packaging/debian/nthpi-web.postrm \
	contrib/packaging/debian/nthpi-web.prerm \
	contrib/packaging/debian/nthpi.docs \
	contrib/packaging/debian/nthpi.install \
	contrib/packaging/debian/rules \
	contrib/packaging/debian/source/format
