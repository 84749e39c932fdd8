#!/bin/sh
# Configures and builds a preset: a target of it, or what a run needs. By ninja where it is installed.
# Quiet when all is well; shows everything when it is not.
# usage: tools/build.sh PRESET [TARGET]
set -eu

preset=$1
target=${2:-suite}
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
generator='Unix Makefiles'
if [ -e "$folder/CMakeCache.txt" ]; then # a folder keeps the one it was made with
    generator=$(sed -n 's/^CMAKE_GENERATOR:INTERNAL=//p' "$folder/CMakeCache.txt")
elif command -v ninja >/dev/null 2>&1; then
    generator=Ninja
fi
if ! { cmake --preset "$preset" -G "$generator" &&
    cmake --build "$folder" --parallel "$jobs" --target "$target"; } >"$log" 2>&1; then
    cat "$log" >&2
    echo "the build failed; all of its output is in $log" >&2
    exit 1
fi
grep -i 'warning:' "$log" >&2 || true
