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
# A system without apt gets the list, and a failure.
mkdir bin
for tool in sh tr cat echo id env grep sed; do
    ln -s "$(command -v $tool)" bin/$tool
done
PATH=$work/bin sh "$SOURCE/tools/deps.sh" >out 2>err
check test $? -eq 1
says err 'there is no apt-get'
says err libbenchmark-dev
finish
