# allocost doctor: findings with a remedy each, a verdict from a trial, and nothing left behind.
# shellcheck shell=sh source=lib.sh
. "$(dirname "$0")/lib.sh"

topics='governor turbo throttling siblings isolated hypervisor steal quota load clock huge_pages aslr swap
    counters allocators'

# nothing_left : neither here nor where the trial was
mkdir tmp
export TMPDIR="$work/tmp"
nothing_left() {
    check test -z "$(ls -A tmp)"
    check test ! -e results
}

# Looking only.
run 0 doctor --no-trial
for topic in $topics; do
    check grep -qE "^(fine|mend|stays|unknown) +$topic " out
done
says out 'can be mended; nothing was changed.'
check test ! -s err
check test "$(grep -c "$(printf '\033')" out)" -eq 0
# What is not fine tells its effect and its remedy below, and the commands are counted.
commands=$(grep -c '^  *[$] ' out)
says out "$commands of 15 can be mended"
# shellcheck disable=SC2016 # the program is awk's
check awk '/^(fine|mend|stays|unknown) / { if (bad && lines < 2) exit 1
        bad = $1 != "fine"; lines = 0; next }
    /^$/ { if (bad && lines < 2) exit 1; bad = 0 }
    { lines++ }' out
nothing_left

# The allocators that are missing are those that are not found elsewhere either.
grep '^[a-z]* *allocators ' out >allocators
run 0 list null/empty
sed -n 's/^  \([a-z_]*\)  *not here: .*/\1/p' out >missing
sed -n 's/.*missing: //p' allocators | tr -d ' ' | tr ',' '\n' >said
check cmp missing said

# try WORDS... : a trial of 5 s; of 30 s on a machine so busy that 5 s are over before a sample
try() {
    if ! "$allocost" doctor "$@" --time 5s >out 2>err; then
        says err 'nothing could be measured in 5 s'
        run 0 doctor "$@" --time 30s
    fi
    says err 'measuring an allocator against itself for'
    nothing_left
}

try
check grep -qE '^glibc against itself: [0-9]+ rounds of [0-9]+ cells in [0-9]+ s; [0-9.]+ %' out
check grep -qE '^A default run here: 5 minutes, about [0-9]+ rounds of [0-9]+ processes' out
check grep -qE '^(A true difference of [0-9.]+ % it tells in nine of ten|It resolves no difference at all|The trial had)' out

# For programs.
run 0 doctor --no-trial --json
mv out looked
try --json
if command -v python3 >/dev/null; then
    check python3 - <<'end'
import json
looked, tried = json.load(open("looked")), json.load(open("out"))
assert looked["trial"] is None and list(tried) == ["schema", "findings", "trial"]
trial = tried["trial"]
assert trial["cells"] > 0 and trial["samples"] + trial["samples_noisy"] >= 2 * trial["cells"] * trial["rounds"]
assert trial["run"]["budget_s"] == 300 and trial["run"]["processes"] > 0
most, half = trial["resolves_in_most"], trial["resolves_in_half"]
assert (most is None) == (half is None)
if most is not None:
    assert most >= half >= 0.01
assert tried["schema"] == 1 and len(tried["findings"]) == len(looked["findings"]) == 15
for finding in tried["findings"]:
    assert list(finding) == ["topic", "level", "found", "effect", "remedy"]
    assert finding["level"] in ("fine", "mend", "stays", "unknown")
    assert (finding["level"] == "fine") == (finding["remedy"] is None)
end
fi

# Stopped: what was found is there, no verdict is, and no file.
"$allocost" doctor --time 60s >out 2>err &
id=$!
tries=0
while ! ls tmp/*/samples.csv >/dev/null 2>&1 && [ $tries -lt 300 ]; do
    sleep 0.1
    tries=$((tries + 1))
done
kill -s INT "$id"
wait "$id"
check test $? -eq 130
says err 'stopped by SIGINT'
says out 'nothing was changed.'
check test "$(grep -c 'against itself' out)" -eq 0
check test -z "$(ps -e -o ppid=,comm= | awk -v id="$id" '$1 == id')"
nothing_left

# Wrong use, and what it cannot do.
run 2 doctor nonsense
says err "takes no arguments"
run 2 doctor --no-trail
says err 'did you mean --no-trial'
run 2 doctor --time soon
TMPDIR=$work/nowhere run 1 doctor --time 5s
says err "cannot make a temporary directory $work/nowhere"
mkdir programs
cp "$allocost" "$BUILD/liballocost_count.so" programs
check sh -c 'programs/allocost doctor --no-trial >out 2>err'
programs/allocost doctor >out 2>err
check test $? -eq 1
says err 'no bench_* programs'
"$allocost" doctor --no-trial >/dev/full 2>err
check test $? -eq 1
says err 'cannot write to standard output'

# A terminal gets colours; a user who wants none does not.
if command -v script >/dev/null; then
    escape=$(printf '\033')
    TERM=xterm script -qec "'$allocost' doctor --no-trial" typescript </dev/null >out 2>&1
    check test "$(grep -c "$escape\\[1m" out)" -ge 15
    NO_COLOR=1 TERM=xterm script -qec "'$allocost' doctor --no-trial" typescript </dev/null >out 2>&1
    check test "$(grep -c "$escape" out)" -eq 0
fi
finish
