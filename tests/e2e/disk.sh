# A disk that is full: an error that names the file, and no half row in it.
# shellcheck shell=sh source=lib.sh
. "$(dirname "$0")/lib.sh"
programs floor return_pointer

# Blocks of 512 bytes: the samples do not fit, the facts before them do.
(
    ulimit -f 24
    trap '' XFSZ
    exec "$allocost" run --allocators glibc --rounds 50 --no-figures --out small 'return_pointer/malloc' >out 2>err
)
check test $? -eq 1
says err samples.csv
check test "$(torn small/samples.csv)" -eq 0
check test "$(tail -c 1 small/samples.csv | od -An -c | tr -d ' ')" = '\n'
run 0 summarize small

# Standard output that cannot be written to is a failure, too.
if [ -e /dev/full ]; then
    "$allocost" summarize small >/dev/full 2>err
    check test $? -eq 1
    says err 'standard output'
    "$allocost" list null >/dev/full 2>err
    check test $? -eq 1
    says err 'cannot write to standard output'
fi
finish
