# What gcc and clang make of C code, against a file of known answers; bad input, hostile names, signals.
# shellcheck shell=sh source=lib.sh disable=SC2086 # $one is two words
. "$(dirname "$0")/lib.sh"

known=$SOURCE/tests/e2e/fixtures/known_answers.c
cp "$known" known.c

# have COMPILER : whether it is there, and new enough to have all that the answers rest on
have() {
    command -v "$1" >/dev/null || return 1
    case $1 in
    gcc) [ "$(gcc -dumpfullversion | cut -d. -f1)" -ge 12 ] ;;
    clang) [ "$(clang -dumpversion | cut -d. -f1)" -ge 14 ] ;;
    esac
}

# answers COMPILER : "line text" of every answer for it in the file
answers() {
    awk -v by="$1" '
        /^ *\/\* (gcc|clang|both): .* \*\/$/ {
            who = $2; sub(/:$/, "", who)
            text = $0; sub(/^ *\/\* [a-z]*: /, "", text); sub(/ \*\/$/, "", text)
            if (who == by || who == "both") print code " " text
            next
        }
        { code = NR }' known.c | sort
}

# findings : "line text" of everything the program said but for the sizes of stack frames
findings() {
    sed -n 's/^known\.c:\([0-9]*\):\([0-9]*:\)\{0,1\} /\1 /p' out | grep -v ': stack frame ' | sort
}

asked=0
for compiler in gcc clang; do
    have $compiler || continue
    asked=$((asked + 1))
    case $compiler in
    gcc) run 0 explain --clang /nowhere/clang known.c ;;
    clang) run 0 explain --gcc /nowhere/gcc known.c ;;
    esac
    says err 'is not installed: what it says is left out'
    # A function is known by its first line here, and by the line of its name to the compilers.
    answers $compiler >want
    findings >found
    check test -s want
    if ! cmp -s want found; then
        diff want found >&2
    fi
    check cmp -s want found
    check grep -q 'with_array: stack frame [0-9]* bytes and more, dynamic' out
    check grep -q "returned: stack frame [0-9]* bytes ($compiler)\$" out
done
[ $asked -gt 0 ] || { echo "skipped: neither gcc 12 nor clang 14 or later"; exit 77; }

# One compiler is enough for what follows.
one='--clang /nowhere/clang'
have gcc || one='--gcc /nowhere/gcc'

# Side by side: one line where they agree, both where not.
if [ $asked -eq 2 ]; then
    run 0 explain known.c
    says out 'malloc(40) stays on the heap: returned'
    says out 'malloc(4) removed by gcc -O2 and clang -O2'
    says out 'malloc(48) could live on the stack (LLVM attributor); gcc: stays on the heap, though it does not escape'
    says out 'leaking param: block to result (gcc); leaking param: block (clang)'
    check test "$(grep -c 'malloc(40) stays' out)" -eq 1
    check test ! -s err
fi

# The level is the last -O of the flags, and flags reach the compilers as they are.
run 0 explain known.c -- -O2 -O0
says out 'malloc(4) stays on the heap: -O0 removes nothing'
printf '#include <stdlib.h>\nvoid *f(void) { return malloc(SIZE); }\n' >sized.c
run 0 explain sized.c -- '-DSIZE=20 + 4' -c -o written -Werror -MD
says out 'malloc(24) stays on the heap: returned'
check test ! -e written

# What a CI asks for.
run 4 explain $one --fail-on heap sized.c -- -DSIZE=1
run 0 explain $one --fail-on movable,dangling sized.c -- -DSIZE=1
run 4 explain --fail-on dangling known.c
if have clang; then
    run 4 explain --fail-on movable known.c
fi
printf 'int f(int a) { return a; }\n' >none.c
run 0 explain $one --fail-on heap,movable,dangling none.c

# A database, with its own directories, flags in both forms, and a file in another language.
mkdir -p 'project/a b' project/build
printf '#include "own.h"\nvoid *g(void) { return malloc(OWN); }\n' >'project/a b/g.c'
printf '#include <stdlib.h>\n#define OWN 72\n' >'project/a b/own.h'
cat >project/compile_commands.json <<end
[{"directory": "$work/project", "file": "a b/g.c", "command": "cc -O1 -o 'g o' -c \\"a b/g.c\\""},
 {"directory": "$work/project/a b", "file": "g.c", "arguments": ["cc", "-UOWN", "-c", "g.c"]},
 {"directory": "$work/project/build", "file": "$work/project/a b/g.c", "command": "cc"},
 {"directory": "$work/project", "file": "h.cpp", "arguments": ["c++", "h.cpp"]}]
end
run 0 explain project/compile_commands.json
says out 'a b/g.c:2:'
check test "$(grep -c 'malloc(72) stays on the heap: returned' out)" -eq 3
says err '1 files are no C'
check test ! -e 'project/g o'

# malformed TEXT WORDS : such a database is refused with the words
malformed() {
    printf '%s' "$1" >bad.json
    run 1 explain bad.json
    says err "$2"
}
malformed '[{' 'bad.json:1:'
malformed '' 'bad.json:1:'
malformed '{}' 'is no array of commands'
malformed '[1]' 'entry 0 has no "file"'
malformed '[{"file": "a.c", "directory": "/"}]' 'neither "arguments" nor "command"'
malformed '[{"file": "a.c", "directory": "/", "arguments": [1]}]' 'what is no string'
malformed '[{"file": "a.c", "directory": "/", "command": "cc \"a"}]' 'not closed'
malformed '[{"file": "a.cc", "directory": "/", "command": "cc"}]' 'names no C file'
malformed '[]' 'names no C file'

# What cannot be done is said in the compiler's own words; the rest goes on.
printf 'int broken( {\n' >broken.c
run 1 explain broken.c
says err 'broken.c:1:'
says err 'does not compile it'
run 3 explain $one broken.c none.c
says out 'none.c:1:'
run 1 explain $one nowhere.c
says err 'nowhere.c: No such file or directory'
run 1 explain --gcc /nowhere/gcc --clang /nowhere/clang none.c
says err 'there is no compiler to ask'
run 1 explain --gcc /bin/true none.c
says err 'is no gcc'
if have clang; then
    # A clang without the attributor: said once, and the rest goes on.
    # shellcheck disable=SC2016 # for the script
    printf '#!/bin/sh\nfor word; do case $word in -attributor*) exit 1 ;; esac; done\nexec clang "$@"\n' >less
    chmod +x less
    run 0 explain --gcc /nowhere/gcc --clang "$work/less" none.c none.c
    check test "$(grep -c "does not run LLVM's attributor" err)" -eq 1
    says out 'none.c:1'
fi
run 2 explain --jsn none.c
says err 'did you mean --json'
run 2 explain --fail-on movabel none.c
says err "did you mean 'movable'"
run 2 explain none.c pattern
says err "'pattern' is no file"
run 2 explain -- -O2
says err 'need a file'
run 0 explain --help
says out 'allocost explain FILE.c'

# Names with the syntax of shells, dumps, terminals and JSON are text, and nothing runs.
both= # the first by both compilers, the others by one
# shellcheck disable=SC2016 # that is the point
for name in '$(touch executed).c' 'a"b\c.c' '-x.c' '[a.c:1:2] b.c' 'two
lines.c' "$(printf 'esc\033[31m\377.c')" '@file.c' ';touch executed;.c'; do
    printf '#include <stdlib.h>\nvoid *f(void) { return malloc(24); }\n' >"./$name"
    run 0 explain $both "./$name"
    both=$one
    says out ':2:24: malloc(24) stays on the heap: returned'
    check test "$(tr -d '\n\040-\176\200-\377' <out | wc -c)" -eq 0
    run 0 explain --json $one "./$name"
    says out '"arguments": "24"'
    if command -v python3 >/dev/null; then
        check python3 -c 'import json; d = json.load(open("out")); assert len(d["sources"]) == 1'
    fi
    check test ! -e executed
done
rm -f ./*.c

# A stop kills the compilers, removes what they wrote, and is told by the exit code.
mkdir bin tmp
cat >bin/gcc <<end
#!/bin/sh
case \$1 in -dump*) echo 12.2.0; exit ;; esac
: >"$work/compiling"
exec sleep 60
end
chmod +x bin/gcc
echo 'int a;' >slow.c
TMPDIR=$work/tmp "$allocost" explain --gcc "$work/bin/gcc" slow.c >out 2>err &
id=$!
tries=0
while [ ! -e compiling ] && [ $tries -lt 300 ]; do
    sleep 0.1
    tries=$((tries + 1))
done
check test -n "$(ls -A tmp)"
kill -s TERM "$id"
wait "$id"
check test $? -eq 143
says err stopped
check test -z "$(ls -A tmp)"
finish
