#!/bin/sh
# Breaks the safety net on purpose, one break after another, in a copy of the last commit: each must make a test fail.
# With arguments, only those breaks that have one of them in their description or file.
set -eu
go=${GO:-go}
export GOFLAGS="${GOFLAGS:-} -trimpath" # what was built for another copy need not be built again
here=$(cd "$(dirname "$0")/.." && pwd)
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
trap 'exit 130' INT TERM
git clone -q "$here" "$copy/tree"
cd "$copy/tree"
tab=$(printf '\t')
bad=0 all=0
while IFS="$tab" read -r what file change pkg tests; do
	case $what in '#'* | '') continue ;; esac
	wanted=$#
	for word; do
		case "$what $file" in *"$word"*) wanted=0 ;; esac
	done
	[ "$wanted" = 0 ] || continue
	all=$((all + 1))
	cp "$file" "$copy/kept"
	sed -E "$change" "$copy/kept" >"$file"
	verdict=noticed
	if cmp -s "$copy/kept" "$file"; then
		verdict='CHANGES NOTHING'
	elif ! "$go" vet "$pkg" >"$copy/out" 2>&1; then
		verdict='DOES NOT BUILD'
	elif "$go" test -count=1 -timeout 5m -run "$tests" "$pkg" >"$copy/out" 2>&1; then
		verdict='NOT NOTICED'
	fi
	if [ "$verdict" != noticed ]; then
		bad=$((bad + 1))
		sed -n 1,5p "$copy/out" 2>/dev/null || true
	fi
	printf '%-15s %s\n' "$verdict" "$what"
	cp "$copy/kept" "$file"
done <"$here/scripts/breaks.txt"
echo "$all breaks, $bad that no test noticed"
[ "$bad" = 0 ]
