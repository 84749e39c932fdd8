# The page of a run: complete without scripts, whole or not at all, nothing but text from its files;
# and looked at in a browser at two widths, where there is one.
# shellcheck shell=sh source=lib.sh disable=SC2016
# The names must not expand.
. "$(dirname "$0")/lib.sh"
programs floor return_pointer

# made DIRECTORY FACTOR : a run of 12 cells under two allocators, the second slower by the factor
made() {
    mkdir -p "$1"
    awk -v factor="$2" 'BEGIN {
        srand(7)
        print "round,rep,scenario,variant,storage,param,value,threads,allocator,iterations," \
            "ns_per_op,cpu_ns_per_op,core_ghz,checksum,status,detail"
        for (round = 1; round <= 9; round++)
            for (cell = 1; cell <= 12; cell++)
                for (allocator = 1; allocator <= 2; allocator++) {
                    heap = cell > 4
                    ns = cell * (heap ? 3 * factor ^ (allocator - 1) : 1) * (1 + 0.005 * rand())
                    for (rep = 1; rep <= 3; rep++)
                        printf "%d,%d,s%d,%s,%s,size,%d,1,%s,1000,%.9g,%.9g,3,42,ok,\n", round, rep,
                            cell % 3, heap ? "malloc" : "frame", heap ? "heap" : "stack", 2 ^ cell,
                            allocator == 1 ? "glibc" : "other", ns, ns
                }
        print "1,0,s0,broken,heap,,,1,glibc,,,,,,failed,it <crashed>" }' >"$1/samples.csv"
    printf '%s\n' key,value host.name,here "cpu.model,CPU one" host.date_utc,2026-01-02T03:04:05Z \
        run.baseline,glibc run.rounds,9 run.samples,217 run.samples_noisy,4 run.cells_left_out,30 machine.model, machine.model.why,nobody >"$1/machine.csv"
    "$allocost" summarize "$1" >/dev/null 2>&1
}

# rows_in FILE : the rows of its table of all rows
rows_in() {
    sed -n '/<section id="rows"/,/<\/section>/p' "$1" | grep -c '<tr><th scope="row">'
}

made one 1.5
made two 2

# One run, without figures.
run 0 report one
says err 'the report is in one/report.html'
says err 'no figures in one/figures; allocost plot one draws them'
page=one/report.html
says $page 'There are no figures.'
says $page 'allocost plot one'
says $page 'other against glibc: faster in 0 of 8 cells, slower in 8'
says $page 'it &lt;crashed&gt;'
says $page 'unknown: nobody'
says $page 'The suite has 30 more cells'
says $page '4 of 221 processes were disturbed and set aside'
check test "$(rows_in $page)" -eq "$(($(wc -l <one/summary.csv) - 1))"
check test "$(grep -o ' id="[^"]*"' $page | sort | uniq -d | wc -l)" -eq 0
run 0 report one --out elsewhere.html
check cmp -s $page elsewhere.html

# With figures, each of them; and again when some were there before.
if command -v gnuplot >/dev/null && run 0 plot one && [ -n "$(ls one/figures)" ]; then
    run 0 report one
    check test "$(grep -c '<svg ' $page)" -eq "$(find one/figures -name '*.svg' | wc -l)"
else
    mkdir -p one/figures
fi
printf '<svg viewBox="0 0 1200 675"><g font-size="20"><text>Why?</text></g></svg>' >one/figures/drawn.svg
run 0 report one
says $page 'Why?</title>'
# A figure that is none is left out, and said to be.
echo '<svg>' >one/figures/cut.svg
mkdir one/figures/directory.svg
run 3 report one
says err 'figure one/figures/cut.svg is left out: line 2: it is cut off'
says $page 'The figure <code>cut</code> is left out'
says $page 'The figure <code>directory</code> is left out'
says $page 'Why?</title>'
rm -r one/figures/cut.svg one/figures/directory.svg
run 0 report one

# Nothing is fetched: no address, no file beside it, and only the script that it brings along.
check test "$(grep -ciE 'https?:|src=|<link|@import|<img|<iframe' $page)" -eq 0
check test "$(grep -c '<script>' $page)" -eq 1
if command -v openssl >/dev/null; then
    tr '\n' '\001' <$page | sed 's/.*<script>//; s/<\/script>.*//' | tr '\001' '\n' >script
    hash=$(openssl dgst -sha256 -binary script | openssl base64)
    says $page "script-src 'sha256-$hash'"
fi
if command -v xmllint >/dev/null; then
    check xmllint --noout $page
fi

# Several runs: compared, and each of them.
run 2 report one two
says err '--out FILE'
run 0 report one two --out both.html
says both.html 'B to A: 24 cells compared: 8 slower, 0 faster'
says both.html 'Run A: one'
says both.html 'Run B: two'
check test "$(grep -o ' id="[^"]*"' both.html | sort | uniq -d | wc -l)" -eq 0
if command -v gnuplot >/dev/null; then
    says both.html 'What changed in s0?'
fi
if command -v xmllint >/dev/null; then
    check xmllint --noout both.html
fi
check test -z "$(find "${TMPDIR:-/tmp}" -maxdepth 1 -name 'allocost-report-*' -newer both.html 2>/dev/null)"

# Names are text.
hostile='</script><script>alert(1)</script>"><b onclick=x> $(touch executed) &amp; %s'
made 'odd $(touch executed) <b>' 1.5
odd='odd $(touch executed) <b>'
printf '%s\n' "os.kernel,\"$(echo "$hostile" | sed 's/"/""/g')\"" >>"$odd/machine.csv"
sed -i 's/,other,/,"<b>""x"" onclick=y",/; s/,it <crashed>/,"<script>alert(1)<\/script>"/' "$odd/samples.csv"
run 0 summarize "$odd"
mkdir "$odd/figures"
printf '<svg><script>alert(1)</script><text>&lt;b onclick=x></text></svg>' >"$odd/figures/<b>.svg"
run 0 report "$odd" --out odd.html
run 0 report one "$odd" --out odd2.html
for file in odd.html odd2.html; do
    check test "$(grep -cE '<b>|<b |alert\(1\)<' $file)" -eq 0
    check test "$(grep -c '<script>' $file)" -eq 1
    says $file '&lt;/script&gt;&lt;script&gt;alert(1)'
    if command -v xmllint >/dev/null; then
        check xmllint --noout $file
    fi
done
check test ! -e executed

# Refused, and nothing is written or changed.
echo old >kept
run 2 report
says err 'name the directory of a run'
run 2 report one ./one --out kept
says err 'the same directory'
mkdir no_run
run 1 report no_run
says err 'it is no run'
run 1 report nowhere
says err 'nowhere: No such file'
run 1 report one/samples.csv
says err 'is no directory'
mkdir raw
cp one/samples.csv raw
run 1 report raw
says err '`allocost summarize raw` writes it'
cp -r two old
sed '1s/ns_median/us_median/' two/summary.csv >old/summary.csv # times in another unit
run 1 report old
says err 'old/summary.csv:1:1: there is no column ns_median'
run 1 report one old --out kept
check test "$(cat kept)" = old
check test -z "$(ls no_run)"
check test ! -e old/report.html
run 1 report one --out no_run/no/where
says err 'no_run/no/where'
run 1 report one --out no_run
check test -z "$(ls no_run)"
cp $page before.html
(
    ulimit -f 8 # blocks of 512 bytes
    trap '' XFSZ
    exec "$allocost" report one >out 2>err
)
check test $? -eq 1
says err one/report.html
check cmp -s $page before.html
check test "$(find one -name 'report.html*' | wc -l)" -eq 1
if [ -w /dev/full ]; then
    run 1 report one --out /dev/full
    says err '/dev/full'
fi

if command -v make >/dev/null; then
    make -n -C "$SOURCE" --no-print-directory report RUN="it's" OUT=c >out 2>err
    says out "allocost report --out 'c' -- 'it'\\''s'"
fi

# Looked at, at a desk's and at a phone's width. A machine that is busy may take long to start a
# browser: that says nothing of the page.
if command -v chromium >/dev/null; then
    cp $page report.html
    cp "$SOURCE/tests/e2e/fixtures/report_check.html" .
    timeout 90 chromium --headless=new --no-sandbox --disable-gpu --hide-scrollbars --no-first-run \
        --disable-extensions --disable-background-networking --disable-component-update \
        --allow-file-access-from-files --user-data-dir="$work/profile" --window-size=1700,900 \
        --dump-dom --screenshot="$work/seen.png" "file://$work/report_check.html" >dom 2>browser
    if [ $? -eq 124 ]; then
        echo 'skipped: no look at it in a browser, for chromium was not done after 90 s'
    else
        grep -o '<title>.*</title>' dom
        check grep -qE '<title>all [0-9]+ hold</title>' dom
        check test "$(wc -c <seen.png)" -gt 20000
    fi
else
    echo 'skipped: no look at it in a browser, for chromium is not installed'
fi
finish
