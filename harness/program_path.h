/*
 * Where a program of the system lies.
 */
#ifndef ALLOCOST_PROGRAM_PATH_H
#define ALLOCOST_PROGRAM_PATH_H

/*
 * The path of the program by PATH, or NULL when there is none. Only absolute directories are looked
 * into: a relative one is whatever lies about in the current directory. The caller frees it.
 */
char *program_find(const char *name);

#endif
