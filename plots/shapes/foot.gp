# What the marks mean, once a page.
if (!foot_done) {
    set label 911 foot(0) at screen X(24), screen Y(656) font ',18' textcolor rgb QUIET
    foot_done = 1
}
