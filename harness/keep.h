/*
 * The barriers: what keeps the compiler from removing the thing that is being measured.
 *
 * None of them emits an instruction. Every one is needed for a reason that was seen in machine
 * code; the weaker forms that look alike (a bare "memory" clobber, a volatile member, a NULL check)
 * let gcc or clang delete one side of a comparison and leave the other.
 */
#ifndef ALLOCOST_KEEP_H
#define ALLOCOST_KEEP_H

/*
 * The object at p is observable: its address and every byte it holds must exist here, and may have
 * changed afterwards. Implies that all other memory whose address has escaped may have changed too,
 * so values cached in registers are loaded again. Use it on the pointer itself, in every variant
 * alike.
 */
#define KEEP_PTR(p) __asm__ volatile("" ::"r"(p) : "memory")

/* The scalar v is observable. Says nothing of memory: an object that v was read from may still
 * vanish. */
#define KEEP_VAL(v) __asm__ volatile("" ::"r"(v))

/*
 * The value of the variable v is unknown from here on. Free, may be moved, and disappears with v
 * when v is not used. A table of function pointers, a format string or a constant argument goes
 * through it, or both compilers see through them (a const table of {malloc, free} is devirtualised,
 * then elided).
 */
#define HIDE(v) __asm__("" : "+r"(v))

/*
 * A function the optimiser must not look into from its callers: no inlining, no cloning, no
 * argument promotion, no conclusion about what it does with its pointers. `noinline` alone is not
 * that: gcc still turns a pointer argument into a value and deletes the allocation behind it.
 *
 * clang has no `noipa`; a weak definition may be replaced at link time, so it concludes nothing
 * (full LTO removes that protection, which is why measured code is built without it). A weak
 * function needs external linkage: declare it with a prototype and give it a name unique in the
 * program.
 */
#if defined(__clang__)
#define OPAQUE __attribute__((noinline, weak))
#else
#define OPAQUE __attribute__((noipa))
#endif

/* A body shared by several storages, copied into each so that each calls its storage directly. */
#define BODY static inline __attribute__((always_inline))

#endif
