# SIGINT and SIGTERM: what was measured is kept, the summary is written, the exit code tells.
# shellcheck shell=sh source=lib.sh
. "$(dirname "$0")/lib.sh"
programs floor return_pointer

stopped() {
    signal=$1
    wanted=$2
    # A shell starts background jobs with SIGINT ignored; the program must take it all the same.
    "$allocost" run --allocators glibc --budget 60s --no-figures --out "by_$signal" 'return_pointer/malloc' \
        >out 2>err &
    id=$!
    # Wait for samples, not for time.
    tries=0
    while [ $tries -lt 300 ]; do
        lines=$(grep -c . "by_$signal/samples.csv" 2>/dev/null)
        [ "${lines:-0}" -lt 100 ] || break
        sleep 0.1
        tries=$((tries + 1))
    done
    kill -s "$signal" "$id"
    wait "$id"
    code=$?
    check test "$code" -eq "$wanted"
    says err "stopped early by SIG$signal"
    check test "$(wc -l <"by_$signal/samples.csv")" -ge 100
    check test -s "by_$signal/summary.csv"
    check grep -q "^run.stopped_by,$signal" "by_$signal/machine.csv"
    check grep -q '^run.ended,signal' "by_$signal/machine.csv"
    check test "$(tail -c 1 "by_$signal/samples.csv" | od -An -c | tr -d ' ')" = '\n'
    check test -z "$(ps -e -o ppid=,comm= | awk -v id="$id" '$1 == id')"
}

stopped TERM 143
stopped INT 130

# wait_for FILE : until it is there
wait_for() {
    tries=0
    while [ ! -e "$1" ] && [ $tries -lt 300 ]; do
        sleep 0.1
        tries=$((tries + 1))
    done
}

# Before there is anything to keep: no run directory, and the code of the signal all the same.
mkdir programs
cp "$allocost" "$BUILD/liballocost_count.so" programs
printf '#!/bin/sh\n: >"%s/asked"\nexec sleep 60\n' "$work" >programs/bench_slow
chmod +x programs/bench_slow
programs/allocost run --out early >out 2>err &
id=$!
wait_for asked
kill -s INT "$id"
wait "$id"
check test $? -eq 130
says err 'stopped by SIGINT before anything was measured'
check test ! -e early

# While figures are drawn: none is half there, no file stays behind, and the numbers are whole.
mkdir bin tmp
printf '#!/bin/sh\n: >"%s/drawing"\nexec sleep 60\n' "$work" >bin/gnuplot
chmod +x bin/gnuplot
drawing() {
    rm -f drawing
    TMPDIR=$work/tmp PATH=$work/bin:$PATH "$allocost" "$@" >out 2>err &
    id=$!
    wait_for drawing
    kill -s TERM "$id"
    wait "$id"
    check test $? -eq 143
    says err 'stopped while drawing'
    check test -z "$(ls -A tmp)"
    check test -z "$(ls -A figures/figures)"
}
drawing run --allocators glibc --rounds 1 --out figures 'return_pointer/malloc/size:64$'
says out malloc/size:64
check grep -q '^run.ended,rounds' figures/machine.csv
drawing plot figures
finish
