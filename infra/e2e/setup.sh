#!/bin/sh
# Installs the third-party AWS emulators that `make e2e` tests against, at the versions of requirements.txt, into .e2e
# (ignored by git). Does nothing if they are there already.
set -eu
cd "$(dirname "$0")/../.."
wanted=infra/e2e/requirements.txt
if cmp -s "$wanted" .e2e/installed.txt; then
	exit 0
fi
rm -rf .e2e/venv
python3 -m venv .e2e/venv
.e2e/venv/bin/pip install --quiet --disable-pip-version-check --requirement "$wanted"
cp "$wanted" .e2e/installed.txt
