# Who knows whom: the arrows between the parts, from the #include lines; and the harness names no
# scenario. First on small trees with one planted violation each, then on the project's own.
# usage: arrows.sh ROOT SCENARIO...
# shellcheck shell=sh
set -u
root=$1
shift
scenarios=$*
work=$(mktemp -d "${TMPDIR:-/tmp}/allocost-arrows.XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT

# The parts, and the parts that each may include. A part may always include itself.
#   contract: bench.h and keep.h. base: the other files of harness/ itself, but for gbench.
#   process: what a measured process knows of itself, of harness/machine.
cat >"$work/arrows" <<'end'
contract
base
gbench
process   base contract
machine   base process contract
front
count     front
trace     base contract
record    front trace
data      base
plot      base data machine process
report    base data
worker    base contract gbench process count trace
run       base contract data machine process
explain   base contract data machine process run
cli       base contract data machine process plot report run explain record trace
storage
scenario  contract storage
example   gbench contract
tests     contract base gbench process machine count data plot report worker run explain cli storage scenario front trace record
end

# What a scenario or a storage may include of the system: the C library's headers (those the
# compiler brings along are counted as such), and what one line below says.
cat >"$work/system" <<'end'
scenario  Block.h dlfcn.h gnu/libc-version.h malloc.h sched.h sys/eventfd.h sys/resource.h ucontext.h
storage   sched.h emmintrin.h arm_neon.h sanitizer/asan_interface.h
end

cat >"$work/check.awk" <<'end'
function part(path)
{
    if (path ~ /^benches\/storage\//) return "storage"
    if (path ~ /^benches\/example\//) return "example"
    if (path ~ /^benches\//) return "scenario"
    if (path ~ /^tests\//) return "tests"
    if (path ~ /^harness\/(bench|keep)\.h$/) return "contract"
    if (path ~ /^harness\/gbench/) return "gbench"
    if (path ~ /^harness\/[a-z_]+\.[ch]$/) return "base"
    if (path ~ /^harness\/machine\/(clock|perf_counter|provider|setting[a-z_]*)\.[ch]$/) return "process"
    split(path, names, "/")
    return names[2]
}

function complain(text)
{
    printf "%s:%d: %s\n", file, number, text
    bad = 1
}

# The code of a line without its comments. Sets in_comment where one goes on.
function code_of(line, out, c, next_c, in_string)
{
    out = ""
    in_string = ""
    for (i = 1; i <= length(line); i++) {
        c = substr(line, i, 1)
        next_c = substr(line, i + 1, 1)
        if (in_comment) {
            if (c == "*" && next_c == "/") { in_comment = 0; i++ }
        } else if (in_string != "") {
            out = out c
            if (c == "\\") { out = out next_c; i++ }
            else if (c == in_string) in_string = ""
        } else if (c == "/" && next_c == "*") { in_comment = 1; i++ }
        else if (c == "/" && next_c == "/") break
        else {
            if (c == "\"" || c == "'") in_string = c
            out = out c
        }
    }
    return out
}

# Whether the text has the name as a whole: no letter, digit or `_` beside it.
function has_word(text, name) { return text ~ ("(^|[^A-Za-z0-9_])" name "([^A-Za-z0-9_]|$)") }

# A string names a scenario when it holds the name as a word. The names that are words of every day
# (such as null) count where a cell's name begins with them, or where scenarios are spoken of.
function check_strings(line, text, whole_line, s, named)
{
    whole_line = line
    while (match(line, /"([^"\\]|\\.)*"/)) {
        text = substr(line, RSTART + 1, RLENGTH - 2)
        line = substr(line, RSTART + RLENGTH)
        for (s in is_scenario) {
            named = has_word(text, "bench_" s) || index(text, s "/") == 1
            if (!is_common[s]) named = named || has_word(text, s)
            else if (whole_line ~ /scenario/) named = named || text == s
            if (named) complain("the harness names the scenario " s ": \"" text "\"")
        }
    }
}

function check_identifiers(line, identifier, padded, s)
{
    gsub(/"([^"\\]|\\.)*"/, "", line)
    while (match(line, /[A-Za-z_][A-Za-z0-9_]*/)) {
        identifier = substr(line, RSTART, RLENGTH)
        line = substr(line, RSTART + RLENGTH)
        padded = "_" tolower(identifier) "_"
        for (s in is_scenario)
            if (index(padded, "_bench_" s "_") || index(padded, "_scenario_" s "_") ||
                (!is_common[s] && index(padded, "_" s "_")))
                complain("the harness names the scenario " s ": " identifier)
    }
}

function check_include(line, name, base)
{
    if (match(line, /"[^"]+"/)) {
        name = base = substr(line, RSTART + 1, RLENGTH - 2)
        sub(/.*\//, "", base)
        if (base == "commit.h") return # made by the build, for machine
        if (!(base in place)) complain("there is no " name " in the tree")
        else if (!may[part_of_file, part(place[base])])
            complain(part_of_file " must not know " part(place[base]) ": " name)
    } else if (match(line, /<[^>]+>/)) {
        name = substr(line, RSTART + 1, RLENGTH - 2)
        if (part_of_file == "scenario" || part_of_file == "storage" || part_of_file == "contract")
            if (!(name in is_libc) && !system_may[part_of_file, name])
                complain(part_of_file " must not include <" name ">")
        if (name ~ /^benchmark\// && part_of_file != "gbench")
            complain("only gbench knows <" name ">")
    }
}

function check_file(line)
{
    part_of_file = part(file)
    if (!(part_of_file in is_part)) { number = 0; complain("belongs to no part"); return }
    in_comment = number = 0
    while ((getline line < file) > 0) {
        number++
        line = code_of(line)
        if (line ~ /^[ \t]*#[ \t]*include/) check_include(line)
        else if (file ~ /^harness\//) { check_strings(line); check_identifiers(line) }
    }
    close(file)
}

BEGIN {
    while ((getline line < arrows) > 0) {
        n = split(line, words, " ")
        is_part[words[1]] = 1
        for (i = 1; i <= n; i++) may[words[1], words[i]] = 1
    }
    while ((getline line < system_list) > 0) {
        n = split(line, words, " ")
        for (i = 2; i <= n; i++) system_may[words[1], words[i]] = 1
    }
    n = split("assert ctype errno fcntl float inttypes limits locale malloc math pthread setjmp " \
              "signal stdalign stdarg stdatomic stdbool stddef stdint stdio stdlib string strings " \
              "sys/mman sys/types threads time unistd wchar", words, " ")
    for (i = 1; i <= n; i++) is_libc[words[i] ".h"] = 1
    n = split(scenarios, words, " ")
    for (i = 1; i <= n; i++) {
        is_scenario[words[i]] = 1
        is_common[words[i]] = words[i] ~ /^(floor|null|aligned|zeroed)$/
    }
    find = "find harness benches tests -name '*.[ch]' -o -name '*.cc' -o -name '*.h.in'"
    while ((find | getline path) > 0) {
        name = path
        sub(/.*\//, "", name)
        sub(/\.in$/, "", name)
        place[name] = path
        paths[++count] = path
    }
    for (p = 1; p <= count; p++) { file = paths[p]; check_file() }
    if (count < 2) { print "nothing to check"; bad = 1 }
    exit bad
}
end

# check_tree DIRECTORY : prints every violation; fails when there is one
check_tree() {
    (cd "$1" && awk -v arrows="$work/arrows" -v system_list="$work/system" \
        -v scenarios="$scenarios" -f "$work/check.awk")
}

failed=0

# plant NAME FILE TEXT WORDS : a tree that is right but for this file is refused with these words;
# without WORDS it is taken.
plant() {
    tree=$work/$1
    mkdir -p "$tree/harness/machine" "$tree/harness/data" "$tree/harness/run" "$tree/harness/cli" \
        "$tree/benches/storage" "$tree/tests/unit"
    echo '#include <stdlib.h>' >"$tree/harness/bench.h"
    touch "$tree/harness/error.h" "$tree/harness/gbench.h" "$tree/harness/machine/clock.h" \
        "$tree/harness/data/csv.h" "$tree/harness/run/plan.h" "$tree/harness/cli/options.h" \
        "$tree/benches/storage/pool.h" "$tree/tests/check.h"
    printf '%s\n' "$3" >"$tree/$2"
    if said=$(check_tree "$tree"); then
        [ -z "$4" ] && return
        echo "planted, and not found: $1"
    else
        case $said in *"$4"*) [ -n "$4" ] && return ;; esac
        echo "planted $1; expected '$4', found '$said'"
    fi
    failed=1
}

plant right benches/one.c '#include "bench.h"
#include "pool.h"
#include <string.h>' ''
plant bench_knows_harness benches/one.c '#include "error.h"' 'scenario must not know base: error.h'
plant bench_knows_system benches/one.c '#include <hwloc.h>' 'must not include <hwloc.h>'
plant bench_knows_library benches/one.c '#include <benchmark/benchmark.h>' 'must not include <bench'
plant storage_knows_contract benches/storage/two.c '#  include "bench.h"' 'storage must not know co'
plant data_knows_run harness/data/two.c '#include "run/plan.h"' 'data must not know run: run/plan.h'
plant run_knows_cli harness/run/two.c '#include "cli/options.h"' 'run must not know cli'
plant base_knows_machine harness/two.c '#include "clock.h"' 'base must not know process'
plant harness_knows_tests harness/run/two.c '#include "check.h"' 'run must not know tests'
plant harness_knows_bench harness/run/two.c '#include "pool.h"' 'run must not know storage'
plant cli_knows_library harness/cli/two.c '#include <benchmark/benchmark.h>' 'only gbench knows'
plant stray harness/run/two.c '#include "nowhere.h"' 'there is no nowhere.h'
plant no_part harness/new_part.c.h '' 'belongs to no part'
plant comment harness/run/two.c '/* #include "check.h" and
#include "check.h" "return_pointer"
 */ int a; // return_pointer' ''
plant string harness/run/two.c 'const char *a = "return_pointer";' 'names the scenario return_pointer'
plant cell_name harness/run/two.c 'f("x \"y/box_int/size\"");' 'names the scenario box_int'
plant program harness/run/two.c 'const char *a = "./bench_null";' 'names the scenario null'
plant common harness/run/two.c 'f("null/empty");' 'names the scenario null'
plant common_alone harness/run/two.c 'a = same(row->scenario, "floor");' 'names the scenario floor'
plant identifier harness/run/two.c 'static int is_return_pointer(void);' 'names the scenario return_p'
plant object harness/run/two.c 'extern int scenario_floor;' 'names the scenario floor'
plant words harness/run/two.c 'double noise_floor = floor(x); f("the noise floor is null");
a = same(row->variant, "null");' ''

check_tree "$root" || failed=1
[ $failed -eq 0 ] && echo "every arrow holds"
exit $failed
