/*
 * Permission to execute code on the stack, for gcc's trampolines.
 *
 * A linker that meets an object with trampolines marks the whole program, and its stack is
 * executable from the start, in every cell. Here the objects are assembled without that mark, and
 * the cells that run a trampoline ask for the permission themselves: a kernel or a policy that
 * refuses it can be met with a word, and no other cell runs on such a stack.
 */
#ifndef ALLOCOST_EXECUTABLE_STACK_H
#define ALLOCOST_EXECUTABLE_STACK_H

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#define EXECUTABLE_STACK_REFUSED                                                                 \
    "this system does not allow code on the stack (mprotect with PROT_EXEC was refused), which " \
    "trampolines are"

/*
 * Makes the calling thread's stack executable below `local`, an object in the caller's frame: all
 * of it in the main thread, the page of `local` and the one below it in any other. Returns false
 * when that is refused; then nothing has changed. Stays until the thread ends.
 */
static inline bool executable_stack_allow(const void *local)
{
    const int all = PROT_READ | PROT_WRITE | PROT_EXEC;
    const uintptr_t page_size = (uintptr_t)sysconf(_SC_PAGESIZE);
    const uintptr_t page = (uintptr_t)local & ~(page_size - 1);
    if (mprotect((void *)page, page_size, all | PROT_GROWSDOWN) == 0)
        return true;
    return errno == EINVAL && mprotect((void *)(page - page_size), 2 * page_size, all) == 0;
}

#endif
