# Scripts around the programs: trying out, checking, running under systemd.
EXTRA_DIST += contrib/packages contrib/install-packages contrib/quickstart \
	contrib/check contrib/systemd/nthpi-fcgi.service \
	contrib/systemd/nthpi-fcgi.socket contrib/systemd/nthpi.sysusers \
	contrib/systemd/nthpid.service contrib/screenshots/main.png
