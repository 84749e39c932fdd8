# Nothing is left of a panel before: neither its axes nor how it read its data.
set datafile separator tab
set datafile columnheaders
unset logscale
set xrange [*:*]
set yrange [*:*]
set xtics nomirror scale 0
set ytics nomirror scale 0
set grid xtics ytics
