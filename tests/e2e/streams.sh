# Standard streams that the caller has closed: no file of the run gets what is meant for them.
# shellcheck shell=sh source=lib.sh
. "$(dirname "$0")/lib.sh"
programs floor return_pointer

short='run --allocators glibc --rounds 1 --no-figures --out'

# The files of a run are whole: as many fields a line as the header has, and nothing else.
whole() {
    for name in samples counts summary; do
        check test "$(torn "$1/$name.csv")" -eq 0
        check test "$(wc -l <"$1/$name.csv")" -ge 2
    done
    check grep -q '^run.ended,rounds' "$1/machine.csv"
}

# shellcheck disable=SC2086 # the options are words
"$allocost" $short no_input null/empty <&- >out 2>err
check test $? -eq 0
whole no_input
# shellcheck disable=SC2086
"$allocost" $short no_talk null/empty <&- >out 2>&-
check test $? -eq 0
says out null
whole no_talk
# shellcheck disable=SC2086
"$allocost" $short no_output null/empty >&- 2>err
check test $? -eq 1
says err 'cannot write the table'
whole no_output
# shellcheck disable=SC2086
"$allocost" $short nothing null/empty <&- >&- 2>&-
check test $? -eq 1
whole nothing

# A terminal gets colours; one that has none, or a user who wants none, does not.
if command -v script >/dev/null; then
    escape=$(printf '\033')
    on_terminal() {
        env "$1" script -qec "'$allocost' $short '$2' null/empty" typescript </dev/null >out 2>&1
        check test $? -eq 0
        says out ns/op
        colours=$(grep -c "$escape\\[[0-9]*m" out)
    }
    on_terminal TERM=xterm colours
    check test "$colours" -gt 0
    on_terminal TERM=dumb dumb
    check test "$colours" -eq 0
    check test "$(grep -c "$escape" out)" -eq 0
    export TERM=xterm
    on_terminal NO_COLOR=1 none
    check test "$colours" -eq 0
fi
finish
