/*
 * Finds an installed library by patterns of its file name.
 */
#ifndef ALLOCOST_LIBRARY_SEARCH_H
#define ALLOCOST_LIBRARY_SEARCH_H

/*
 * `patterns` are file names with the wildcards of glob(3), parted by blanks: one without a slash is
 * looked for in each library directory in turn (ALLOCOST_LIBRARY_PATH, LD_LIBRARY_PATH, the
 * directory of this process's C library, the usual ones), one with a slash as it stands, after
 * them. Of several files that match one pattern the highest version comes first. Returns the real
 * path of the first that can be preloaded as an allocator, which the caller frees; or NULL, and
 * then *why is the reason, freed by the caller.
 */
char *library_search(const char *patterns, char **why);

#endif
