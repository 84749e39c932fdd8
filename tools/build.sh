#!/bin/sh
# Configures and builds a preset. Quiet when all is well; shows everything when it is not.
# usage: tools/build.sh PRESET
set -eu

preset=$1
case $preset in
release) folder=build ;;
*) folder=build-$preset ;;
esac
log=$folder/build.log
if ! mkdir -p "$folder" || ! : >"$log"; then
    echo "the build folder $PWD/$folder cannot be written to; was it made by another user?" >&2
    exit 1
fi

for tool in cmake cc c++ pkg-config; do
    if ! command -v "$tool" >/dev/null 2>&1; then
        echo "$tool is not installed; 'make deps' installs what is needed" >&2
        exit 1
    fi
done
jobs=$(nproc 2>/dev/null || echo 2)
if ! { cmake --preset "$preset" && cmake --build "$folder" --parallel "$jobs"; } >"$log" 2>&1; then
    cat "$log" >&2
    echo "the build failed; all of its output is in $log" >&2
    exit 1
fi
grep -i 'warning:' "$log" >&2 || true
