# A bench program started by hand is an ordinary Google Benchmark program.
# shellcheck shell=sh source=lib.sh
. "$(dirname "$0")/lib.sh"

bench=$BUILD/bench_return_pointer
check quietly "$bench" --benchmark_list_tests
says out return_pointer/malloc/size:64
check quietly "$bench" '--benchmark_filter=malloc/size:64$' --benchmark_min_time=0.01 --benchmark_format=json
says out '"name": "return_pointer/malloc/size:64"'
says out '"malloc": '
"$bench" --no_such_flag >out 2>err
check test $? -eq 2
says err no_such_flag
# Under another allocator, it says so.
cp "$fixtures/slow20.so" slow20.so # LD_PRELOAD cannot hold every path
check quietly env "LD_PRELOAD=$work/slow20.so" "$bench" '--benchmark_filter=malloc/size:64$' \
    --benchmark_min_time=0.01 --benchmark_format=json
says out slow20.so
finish
