#!/bin/sh
# Installs Microsoft's own JavaScript clients, which a test runs against the
# simulated tenant. In CI a machine without Node.js is an error: nothing is
# skipped unsaid.
set -eu

cd "$(dirname "$0")/../internal/simtenant/simtest/clients"

if ! command -v npm >/dev/null 2>&1; then
	echo 'no npm found: the test of independent clients will be skipped' >&2
	echo 'hint: install Node.js 20 or later' >&2
	[ -z "${CI:-}" ] || exit 1
	exit 0
fi
if [ -f node_modules/.package-lock.json ] && [ node_modules/.package-lock.json -nt package-lock.json ]; then
	exit 0
fi
npm ci --no-progress --loglevel=error >/dev/null
touch node_modules/.package-lock.json
