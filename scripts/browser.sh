#!/bin/sh
# Finds the browser with which the HTML page is tested, or installs it where
# that needs no question: as root, on a system with apt. Elsewhere it says what
# to install. In CI a missing browser is an error: nothing is skipped unsaid.
set -eu

find_browser() {
	for name in chromium chromium-browser google-chrome chrome; do
		if command -v "$name" >/dev/null 2>&1; then
			return 0
		fi
	done
	[ -d '/Applications/Google Chrome.app' ]
}

find_browser && exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
	echo 'installing chromium for the tests of the HTML page' >&2
	export DEBIAN_FRONTEND=noninteractive
	{ apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium; } >/dev/null || true
	find_browser && exit 0
fi

echo 'no browser found: the tests that open the HTML page will be skipped' >&2
echo 'hint: install chromium (Debian, Ubuntu: sudo apt-get install chromium; macOS: brew install --cask chromium)' >&2
[ -z "${CI:-}" ] || exit 1
