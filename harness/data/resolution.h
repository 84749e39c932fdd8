/*
 * How small a difference a run can tell, found out by comparing an allocator with itself.
 *
 * In such a trial every true ratio is 1, so that what its pairs show is noise alone. A run of R
 * rounds is made of it by the bootstrap: of a cell's pairs R are drawn with replacement, again and
 * again, each with either sign, since the two are one, and each time it is asked how large a true
 * difference had to be for the run's own rule of verdicts to tell it (verdict.h: the interval
 * excludes 1, and the ratio is farther from 1 than the noise floor and than the least difference).
 * The floor comes from the control cells in the same way, all of them taken together. Efron and
 * Tibshirani, "An Introduction to the Bootstrap" (1993), chapters 6 and 25: with replacement, and
 * of another size than the sample when that of another size is asked about.
 *
 * What other allocators' libraries add by their mere presence is not in it.
 */
#ifndef ALLOCOST_RESOLUTION_H
#define ALLOCOST_RESOLUTION_H

#include <stddef.h>

struct samples;

/* The run that is asked about. */
struct resolution_run {
    double rounds;         /* at least 0; those that gave no pair in the trial will give none */
    size_t compared_count; /* allocators beside the baseline */
};

/* What it would tell. NaN: nothing, because there would be fewer pairs than an interval needs. */
struct resolution {
    size_t cells;       /* of the trial that call the allocator and have enough pairs */
    size_t controls;    /* of the trial that call none and have enough pairs */
    double yield;       /* the share of the trial's rounds that gave a pair, 0 to 1 */
    size_t pairs;       /* of a cell in the run */
    double noise_floor; /* as a fraction; NaN without controls */
    double reach_half;  /* how far the interval of a ratio reaches to either side, as a fraction, at
                           most in half... */
    double reach_most;  /* ... and in nine of ten cells */
    double half;        /* the smallest true difference, as a fraction, that is told in half... */
    double most;        /* ... and in nine of ten cells */
};

/*
 * `trial_rounds` is how many rounds the trial had. All that is not the baseline's is taken as the
 * baseline under another name. Equal samples give equal answers. Cannot fail.
 */
void resolution_find(const struct samples *trial, const char *baseline, unsigned trial_rounds,
                     const struct resolution_run *run, struct resolution *resolution);

#endif
