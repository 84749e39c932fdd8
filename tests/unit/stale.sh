# Programs of scenarios that are no more are removed from a build folder, and nothing else is.
# usage: stale.sh ROOT
# shellcheck shell=sh
set -u
work=$(mktemp -d "${TMPDIR:-/tmp}/allocost-stale.XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT
mkdir "$work/build" "$work/build/bench_directory" "$work/build/tests" || exit 1
for file in bench_one bench_two bench_gone bench_notes.txt tests/bench_gone other_gone; do
    echo x >"$work/build/$file"
done
cat >"$work/script.cmake" <<end
cmake_policy(SET CMP0057 NEW) # IN_LIST
include("$1/cmake/stale.cmake")
remove_stale_programs("$work/build" one two)
end
said=$(cmake -P "$work/script.cmake" 2>&1) || exit 1
left=$(cd "$work/build" && find . -type f | sort | tr '\n' ' ')
[ "$left" = "./bench_notes.txt ./bench_one ./bench_two ./other_gone ./tests/bench_gone " ] || {
    echo "left: $left; said: $said"
    exit 1
}
case $said in *bench_gone*) ;; *) exit 1 ;; esac
echo "what is stale is removed"
