# Nothing is left of a panel before: neither its axes nor how it read its data.
do for [i = 1:bar_names] { unset label 4000 + i }
bar_names = 0
unset arrow 930 # its floor
set datafile separator tab
set datafile columnheaders
unset logscale
set xrange [*:*]
set yrange [*:*]
set xtics autofreq nomirror scale 0
set ytics autofreq nomirror scale 0
set grid xtics ytics
