/*
 * Where the program finds what it needs: everything that was built lies beside it.
 */
#ifndef ALLOCOST_PATHS_H
#define ALLOCOST_PATHS_H

struct error;

/*
 * The directory of this executable, which holds the bench_* programs and the counting interposer;
 * owned by the caller. NULL with a message when the kernel does not tell.
 */
char *paths_programs(struct error *error);

/* The counting interposer in that directory; owned by the caller. NULL with a message when absent.
 */
char *paths_count_library(const char *programs, struct error *error);

/* The recorder there; likewise. */
char *paths_record_library(const char *programs, struct error *error);

/* The directory of the figure scripts: $ALLOCOST_PLOTS, else that of the source tree. Static. */
const char *paths_scripts(void);

/* The file of the claims: $ALLOCOST_CLAIMS, else that of the source tree. Static. */
const char *paths_claims(void);

#endif
