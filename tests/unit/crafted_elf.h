/*
 * A shared library of a few hundred bytes that exports malloc and free, as a struct: a test breaks
 * what it wants and writes it to a file. It is never loaded.
 */
#ifndef ALLOCOST_TEST_CRAFTED_ELF_H
#define ALLOCOST_TEST_CRAFTED_ELF_H

#include <elf.h>
#include <link.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { CRAFTED_SYMBOLS = 3, CRAFTED_MALLOC = 1, CRAFTED_FREE = 2 };

/* Loaded at address 0, so that an address is an offset. */
struct crafted_elf {
    ElfW(Ehdr) header;
    ElfW(Phdr) load, dynamic_segment;
    ElfW(Dyn) symbol_table, string_table, hash_table, flags, end;
    ElfW(Sym) symbols[CRAFTED_SYMBOLS];
    char strings[16];
    struct {
        uint32_t buckets, symbols, bucket[1], chain[CRAFTED_SYMBOLS];
    } sysv;
    struct {
        uint32_t buckets, first_symbol, filter_words, filter_shift;
        ElfW(Addr) filter[1];
        uint32_t bucket[1], chain[CRAFTED_SYMBOLS - 1];
    } gnu;
};

extern const ElfW(Ehdr) __ehdr_start __attribute__((visibility("hidden")));

static inline uint32_t crafted_gnu_hash(const char *name)
{
    uint32_t hash = 5381;
    for (; *name != '\0'; name++)
        hash = hash * 33 + (unsigned char)*name;
    return hash;
}

/* A whole one for this machine, with a DT_HASH table. */
static inline struct crafted_elf crafted_elf(void)
{
    struct crafted_elf elf;
    memset(&elf, 0, sizeof elf);
    memcpy(elf.header.e_ident, __ehdr_start.e_ident, EI_NIDENT);
    elf.header.e_type = ET_DYN;
    elf.header.e_machine = __ehdr_start.e_machine;
    elf.header.e_version = EV_CURRENT;
    elf.header.e_phoff = offsetof(struct crafted_elf, load);
    elf.header.e_phentsize = sizeof(ElfW(Phdr));
    elf.header.e_phnum = 2;
    elf.load.p_type = PT_LOAD;
    elf.load.p_filesz = elf.load.p_memsz = sizeof elf;
    elf.dynamic_segment.p_type = PT_DYNAMIC;
    elf.dynamic_segment.p_vaddr = offsetof(struct crafted_elf, symbol_table);
    elf.symbol_table.d_tag = DT_SYMTAB;
    elf.symbol_table.d_un.d_ptr = offsetof(struct crafted_elf, symbols);
    elf.string_table.d_tag = DT_STRTAB;
    elf.string_table.d_un.d_ptr = offsetof(struct crafted_elf, strings);
    elf.hash_table.d_tag = DT_HASH;
    elf.hash_table.d_un.d_ptr = offsetof(struct crafted_elf, sysv);
    elf.flags.d_tag = DT_FLAGS_1;
    memcpy(elf.strings, "\0malloc\0free\0\0\0", sizeof elf.strings);
    for (unsigned i = 1; i < CRAFTED_SYMBOLS; i++) {
        elf.symbols[i].st_name = i == CRAFTED_MALLOC ? 1 : 8;
        elf.symbols[i].st_info = ELF32_ST_INFO(STB_GLOBAL, STT_FUNC);
        elf.symbols[i].st_shndx = 1;
    }
    elf.sysv.buckets = 1;
    elf.sysv.symbols = CRAFTED_SYMBOLS;
    elf.sysv.bucket[0] = CRAFTED_MALLOC;
    elf.sysv.chain[CRAFTED_MALLOC] = CRAFTED_FREE;
    elf.gnu.buckets = elf.gnu.first_symbol = elf.gnu.filter_words = 1;
    elf.gnu.bucket[0] = CRAFTED_MALLOC;
    elf.gnu.chain[0] = crafted_gnu_hash("malloc") & ~UINT32_C(1);
    elf.gnu.chain[1] = crafted_gnu_hash("free") | 1;
    return elf;
}

/* The same with a DT_GNU_HASH table instead. */
static inline struct crafted_elf crafted_gnu_elf(void)
{
    struct crafted_elf elf = crafted_elf();
    elf.hash_table.d_tag = DT_GNU_HASH;
    elf.hash_table.d_un.d_ptr = offsetof(struct crafted_elf, gnu);
    return elf;
}

#endif
