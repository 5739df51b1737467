#!/bin/sh
# Runs every fuzz target for the given time, one after another.
set -eu
go=${GO:-go}
time=${1:-5s}
for pkg in $("$go" list ./...); do
	for target in $("$go" test -list '^Fuzz' "$pkg" | grep '^Fuzz' || true); do
		echo "== $pkg $target"
		"$go" test -run '^$' -fuzz "^$target\$" -fuzztime "$time" "$pkg"
	done
done
