/*
 * A linked program as objdump shows it: its functions, what each refers to, its data objects and
 * the places that the loader fills in. x86-64 and AArch64.
 *
 * The readers take the text that objdump prints, and aborts when there is no memory. Addresses are
 * those of the file, before the loader moves it.
 */
#ifndef ALLOCOST_DISASM_H
#define ALLOCOST_DISASM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A function, from its symbol to the last instruction before the next one. */
struct function {
    char *name;           /* as objdump has it: "run_heap.cold", "malloc@plt" */
    uint64_t start;       /* address of its first instruction */
    uint64_t last;        /* address of its last one */
    size_t working;       /* instructions that do something: not a nop, a return or a trap */
    bool loops;           /* has a branch to itself or to an instruction before it */
    bool rep_movs;        /* x86: copies memory by one instruction */
    bool rep_stos;        /* x86: fills memory by one instruction */
    uint64_t *references; /* addresses that it branches to, loads from or computes */
    size_t reference_count;
};

/* A place of eight bytes that the loader writes an address to. */
struct relocation {
    uint64_t place;
    char *name;      /* of the symbol, without its version; NULL: an address of this program */
    uint64_t target; /* that address */
};

/* A variable or table of the program. */
struct object {
    uint64_t start;
    uint64_t size; /* in bytes, above 0 */
};

struct program {
    struct function *functions; /* by rising address */
    size_t function_count;
    struct relocation *relocations;
    size_t relocation_count;
    struct object *objects;
    size_t object_count;
    uint64_t base; /* address of __executable_start, to which a manifest counts; 0 when unknown */
    bool has_base;
};

/*
 * Each adds to *program, which begins as zeros, what one call of objdump printed. Symbols first:
 * whether a number in an instruction may be an address depends on where the program begins.
 */
void read_symbols(struct program *program, const char *text);     /* -t */
void read_disassembly(struct program *program, const char *text); /* -d --no-show-raw-insn */
void read_relocations(struct program *program, const char *text); /* -R */

/* Gives back what the readers allocated, and zeroes *program. */
void program_free(struct program *program);

/* The function that begins at an address, or NULL. */
const struct function *function_at(const struct program *program, uint64_t address);

/* How memory is copied or filled, but for plain loads and stores. */
enum copy_kind { COPY_REP_MOVS, COPY_REP_STOS, COPY_MEMCPY, COPY_MEMMOVE, COPY_MEMSET, COPY_KINDS };

/* "rep movs", "memcpy": what a kind is called. */
const char *copy_name(enum copy_kind kind);

/* What can happen when a function runs. */
struct reach {
    bool calls[64]; /* by index of allocator_functions */
    bool copies[COPY_KINDS];
    bool loops;       /* one of the functions reached has a loop */
    size_t functions; /* how many of the program's own were reached, the first included */
};

/*
 * Follows a function's references: into functions of the program by branch or by address taken,
 * into functions of others through the linkage table and the global offset table, and through
 * tables of pointers that the loader fills in (in a program it does not move, no tables but of
 * functions of others). What is called through a pointer made elsewhere cannot be followed.
 */
void reach_from(const struct program *program, const struct function *function,
                struct reach *reach);

#endif
