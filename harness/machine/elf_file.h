/*
 * Whether a file can be preloaded into this project's programs as an allocator, read from the file
 * alone: the dynamic linker only prints a warning about one that it cannot load, and goes on.
 */
#ifndef ALLOCOST_ELF_FILE_H
#define ALLOCOST_ELF_FILE_H

struct error;

/*
 * Returns 0 for a shared object of this program's class and machine that exports malloc (one that
 * exports nothing else stands in front of the C library's other functions); else -1 with a message
 * that begins with the path. The file is not trusted: nothing of it is executed, and offsets,
 * counts and chains that lead outside it are reported as damage.
 */
int elf_check_allocator(const char *path, struct error *error);

#endif
