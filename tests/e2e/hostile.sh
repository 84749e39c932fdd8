# Names with the syntax of CSV, gnuplot and the shell are text wherever they appear, and nothing runs.
# shellcheck shell=sh source=lib.sh
. "$(dirname "$0")/lib.sh"
programs floor return_pointer

library=$fixtures/slow20.so
# shellcheck disable=SC2016 # that is the point
touch_it='$(touch executed)'
# shellcheck disable=SC2016
list=glibc
# shellcheck disable=SC2016
for name in 'a"b' "$touch_it" '`touch executed`' '@foo {/Symbol a}' "two
lines" '%s%n' "it's" '<&>'; do
    list="$list,$name=$library"
done
run 0 run --allocators "$list" --rounds 1 --no-figures --out one 'return_pointer/malloc/size:64$'
check test "$(grep -c 'allocator\..*version' one/machine.csv)" -ge 8
run 0 summarize one
if command -v gnuplot >/dev/null; then
    run 0 plot one
    if command -v xmllint >/dev/null; then
        check xmllint --noout one/figures/ladder.svg
    fi
fi
check test ! -e executed

# A path that LD_PRELOAD cannot hold as it is.
mkdir 'a b:c'
cp "$library" 'a b:c/lib.so'
run 0 run --allocators "glibc,mine=$work/a b:c/lib.so" --rounds 1 --no-figures --out odd 'return_pointer/malloc/size:64$'
check test "$(rows odd/summary.csv allocator=mine status=failed)" -eq 0

finish
