#!/bin/sh
# Installs the programs that `make bench` measures vuelto recon beside, at the versions of requirements.txt, into .tools
# (ignored by git), and says which Python has them. Without a Python that can, it says so on stderr and nothing else: what
# needs Go alone is measured all the same.
set -eu
cd "$(dirname "$0")/../../.."
wanted=infra/bench/recon/requirements.txt
peers=.tools/peers
if ! cmp -s "$wanted" "$peers/installed.txt"; then
	rm -rf "$peers"
	mkdir -p "$(dirname "$peers")"
	if ! { python3 -m venv "$peers" && "$peers/bin/pip" install --quiet --disable-pip-version-check --requirement "$wanted"; } >&2; then
		echo "DuckDB and polars are not measured: they could not be installed" >&2
		rm -rf "$peers"
		exit 0
	fi
	cp "$wanted" "$peers/installed.txt"
fi
echo "$PWD/$peers/bin/python"
