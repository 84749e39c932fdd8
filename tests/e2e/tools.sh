# The scripts behind make: they pass their checker, and say clearly what they cannot do.
# shellcheck shell=sh source=lib.sh
. "$(dirname "$0")/lib.sh"

if command -v shellcheck >/dev/null; then
    check shellcheck -x -P "$SOURCE/tests/e2e" "$SOURCE"/tools/*.sh "$SOURCE"/.ci/run "$SOURCE"/tests/e2e/*.sh \
        "$SOURCE"/tests/unit/*.sh
fi
check quietly make -C "$SOURCE" --no-print-directory
says out 'make bench'
# A build folder that cannot be written to is not a build that failed.
mkdir other
: >other/build
(cd other && sh "$SOURCE/tools/build.sh" release) >out 2>err
check test $? -eq 1
says err 'other/build cannot be written to'
# Another C library, as its own features.h tells, is said before anything else is looked for.
mkdir musl
: >musl/features.h
CFLAGS=-I$work/musl cmake -S "$SOURCE" -B musl/build >out 2>err
check test $? -eq 1
says err 'allocost needs glibc'
check test "$(grep -c 'CMake Error' err)" -eq 1
# A system without apt gets the list, and a failure.
mkdir bin
for tool in sh tr cat echo id env grep sed dirname; do
    ln -s "$(command -v $tool)" bin/$tool
done
PATH=$work/bin sh "$SOURCE/tools/deps.sh" >out 2>err
check test $? -eq 1
says err 'there is no apt-get'
says err libbenchmark-dev

# On one with apt, a user who may not install gets one reason, and nothing is tried.
stub() {
    rm -f "bin/$1" # a link to the tool itself, maybe
    printf '#!/bin/sh\n%s\n' "$2" >"bin/$1"
    chmod +x "bin/$1"
}
stub apt-get "echo called >>'$work/apt'"
stub apt-cache 'echo "  Candidate: 1.0"'
stub dpkg-query 'exit 1'
# shellcheck disable=SC2016 # for the stub
stub id 'case $1 in -u) echo 1000 ;; *) echo somebody ;; esac'
PATH=$work/bin sh "$SOURCE/tools/deps.sh" >out 2>err
check test $? -eq 1
says err "there is no sudo; as root: sh $SOURCE/tools/deps.sh"
stub sudo 'echo "sudo: a password is required" >&2; exit 1'
PATH=$work/bin sh "$SOURCE/tools/deps.sh" >out 2>err
check test $? -eq 1
says err 'deps: sudo does not let somebody install packages'
check test "$(wc -l <err)" -eq 2
check test ! -e apt
# One who may: what is there under the first of its names is taken.
# shellcheck disable=SC2016 # for the stub
stub sudo 'exec "$@"'
PATH=$work/bin sh "$SOURCE/tools/deps.sh" >out 2>err
check test $? -eq 0
says out ' libmimalloc3 '
check test "$(wc -l <apt)" -eq 2 # update, install
finish
