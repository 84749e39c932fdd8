# Settings of an allocator: a row each, in the process's environment, in effect or the row has failed.
# shellcheck shell=sh source=lib.sh
. "$(dirname "$0")/lib.sh"
programs floor return_pointer

cell='return_pointer/malloc/size:64$'
library=$fixtures/slow20.so

# Right ones, and ones that nothing reads.
run 3 run --rounds 1 --no-figures --out one --allocators \
    "glibc,tight=glibc{GLIBC_TUNABLES=glibc.malloc.tcache_count=0},wrong=glibc{GLIBC_TUNABLES=glibc.malloc.tcache_cont=0},mine=$library{NOT_READ=1}" "$cell"
says err "wrong cannot be measured: its setting is not in effect: glibc"
says err "has no tunable 'glibc.malloc.tcache_cont'"
says err "mine cannot be measured: its setting is not in effect: nothing reads NOT_READ: the name is not in $library"
for name in glibc tight; do
    check test "$(rows one/summary.csv variant=malloc value=64 allocator=$name allocs_per_op=1 frees_per_op=1 status=failed)" -eq 0
    check test "$(rows one/counts.csv variant=malloc value=64 allocator=$name)" -eq 1
done
for name in wrong mine; do
    check test "$(rows one/summary.csv variant=malloc value=64 allocator=$name status=failed)" -eq 1
    check test -z "$(awk -F, -v name=$name '$9 == name && $11 != "" { print }' one/samples.csv)"
    check test -z "$(grep "^allocator.$name" one/machine.csv)"
done
check grep -qx 'allocator.tight.settings,GLIBC_TUNABLES=glibc.malloc.tcache_count=0' one/machine.csv
check grep -qx 'allocator.tight.proved,yes' one/machine.csv
check test -z "$(grep '^allocator.glibc.settings' one/machine.csv)"
says out 'tight'

# The example of an allocator of one's own, with and without its thread cache: two rows, counted exactly.
own=$fixtures/own_allocator.so
run 3 run --rounds 1 --no-figures --out own --allocators \
    "own=$own,bare=$own{OWN_CACHE=0},many=$own{OWN_CACHE=many}" 'return_pointer/malloc/size:(64|1024)$'
says err "many cannot be measured: its setting is not in effect: with OWN_CACHE the allocator says: own_allocator: OWN_CACHE=many is no number up to 65536"
says err 'bare: its settings are in the environment, but not proved to be in effect'
for size in 64 1024; do
    for name in own bare; do
        check test "$(rows own/counts.csv variant=malloc value=$size allocator=$name status=ok)" -eq 1
        check test "$(rows own/summary.csv variant=malloc value=$size allocator=$name allocs_per_op=1 frees_per_op=1 bytes_per_op=$size usable_bytes_per_op=$size)" -eq 1
    done
done
check grep -qx 'allocator.bare.settings,OWN_CACHE=0' own/machine.csv
check grep -qx 'allocator.bare.proved,environment only' own/machine.csv
check test -z "$(grep '^allocator.own.settings' own/machine.csv)"

# The label of one without a name of its own is what was written, with all its syntax.
if "$allocost" list --allocators jemalloc null/empty | grep -q ' /.*jemalloc'; then
    label='jemalloc{MALLOC_CONF=narenas:1,thp:always}'
    run 0 run --rounds 1 --no-figures --out two --allocators "glibc,$label" "$cell"
    check grep -qF "\"$label\"" two/summary.csv
    check grep -qxF "\"allocator.$label.settings\",\"MALLOC_CONF=narenas:1,thp:always\"" two/machine.csv
    check grep -qxF "\"allocator.$label.proved\",yes" two/machine.csv
    check test "$(torn two/summary.csv)" -eq 0
    run 0 list --allocators "$label" null/empty
    says out 'with MALLOC_CONF=narenas:1,thp:always'
    if command -v gnuplot >/dev/null; then
        run 0 plot two
    fi
    # It goes on under the same setting.
    run 0 run --resume two --rounds 1 --no-figures "$cell"
    check grep -qxF "\"allocator.$label.proved\",yes" two/machine.csv
fi

# Wrong words are found before anything is written.
run 2 run --out three --allocators 'glibc,jemalloc{narenas:1}'
says err "'narenas:1' is no setting of 'jemalloc': write VARIABLE=VALUE"
run 2 run --out three --allocators 'glibc{A=1'
says err "the settings of 'glibc' have no '}' at their end"
run 2 run --out three --allocators 'a=glibc{A=1},a=glibc{B=1}'
says err "allocator 'a' is named twice"
run 2 run --out three --allocators 'glibc,x=glibc{A=1;LD_PRELOAD=/x.so}'
says err 'LD_PRELOAD is no setting'
check test ! -e three
finish
