# Wrong use: a clear word, the nearest valid one, exit 2, and nothing written.
# shellcheck shell=sh source=lib.sh
. "$(dirname "$0")/lib.sh"
programs floor return_pointer

refused() {
    text=$1
    shift
    run 2 "$@"
    says err "$text"
}

refused "name a command"
refused "did you mean 'run'" rnu
refused "unknown command 'nonsense'" nonsense
refused "did you mean --budget" run --budgte 5m
refused "did you mean --allocators" run --allocator glibc
refused "--budget takes a time" run --budget soon
refused "--budget takes a time" run --budget -- -5
refused "--budget takes a time" run --budget 0
refused "--rounds takes a whole number" run --rounds 0
refused "--rounds takes a whole number" run --rounds 2x
refused "--precision takes a share" run --precision 200%
refused "--seed needs a value" run --seed
refused "did you mean 'return_pointer'" run retrun_pointer
refused "no cell matches" run 'return_pointer/nothing_like_it'
refused "is no regular expression" run 'return_pointer('
refused "did you mean 'jemalloc'" run --allocators jemaloc
refused "jemaloc" list --allocators jemaloc
refused "/nowhere/lib.so" run --allocators 'glibc,mine=/nowhere/lib.so'
refused "glibc" run --allocators glibc,glibc
refused "the baseline" run --allocators glibc --baseline jemalloc
refused "--resume" run --resume a --out b
refused "--cpu 1023" run --cpu 1023 --allocators glibc
refused "--cpu 99999999" run --cpu 99999999 --allocators glibc
refused "name one directory" summarize
refused "name one directory" plot a b

# Not an allocator, of the wrong kind, of the wrong machine: found out before anything is written.
echo 'not a library' >text.so
refused text.so run --allocators "glibc,mine=$work/text.so"
refused "$work" run --allocators "glibc,mine=$work"
refused silent.so run --allocators "glibc,mine=$fixtures/silent.so"
cp "$fixtures/slow20.so" other.so
printf '\267\000' | dd of=other.so bs=1 seek=18 conv=notrunc 2>/dev/null # e_machine: AArch64
if [ "$(uname -m)" = x86_64 ]; then
    refused AArch64 run --allocators "glibc,mine=$work/other.so"
fi
head -c 100 "$fixtures/slow20.so" >short.so
refused short.so run --allocators "glibc,mine=$work/short.so"
check test ! -e results

# No run there: exit 1, and the reason.
run 1 summarize nowhere
says err nowhere
mkdir no_run
run 1 summarize no_run
says err samples.csv
run 1 plot no_run
says err summary.csv
run 1 run --resume no_run
says err 'it is no run'
check test -z "$(ls no_run)"
mkdir unread
ln -s samples.csv unread/samples.csv
run 1 summarize unread
says err 'unread/samples.csv: Too many levels of symbolic links'

# A place that cannot be written to.
echo x >file
run 1 run --allocators glibc --rounds 1 --out file null/empty
says err 'file exists and is no directory'
run 1 run --allocators glibc --rounds 1 --out file/below null/empty
says err 'Not a directory'

for command in run list summarize plot compare report export explain doctor record; do
    run 0 "$command" --help
    says out "allocost $command"
done
run 0 --help
run 0 --version
finish
