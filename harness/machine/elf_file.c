#include "elf_file.h"

#include "error.h"

#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* More than any linker makes; a file that goes beyond is damaged, and must not keep us. */
enum { MOST_SEGMENTS = 256, MOST_DYNAMIC = 4096, MOST_CHAIN = 65536, MOST_NAME = 16 };

/* An open file and what of it a symbol look-up needs. Addresses are those the file speaks of. */
struct image {
    int fd;
    const char *path;
    ElfW(Phdr) segments[MOST_SEGMENTS];
    size_t segment_count;
    ElfW(Addr) symbols, strings, gnu_hash, hash; /* 0: there is none */
    bool is_program;                             /* position-independent, but no library */
};

/* The header of this very program in memory: class, byte order and machine that fit. */
extern const ElfW(Ehdr) __ehdr_start __attribute__((visibility("hidden")));

/* Reads exactly `size` bytes; false beyond the end. A read, not a mapping: a file that is cut short
 * meanwhile is then an error and no SIGBUS. */
static bool read_offset(const struct image *image, uint64_t offset, void *out, size_t size)
{
    return offset <= INT64_MAX - size &&
           pread(image->fd, out, size, (off_t)offset) == (ssize_t)size;
}

/* The same by the address at which the bytes will be loaded. */
static bool read_address(const struct image *image, uint64_t address, void *out, size_t size)
{
    for (size_t i = 0; i < image->segment_count; i++) {
        const ElfW(Phdr) *const segment = &image->segments[i];
        if (segment->p_type != PT_LOAD || address < segment->p_vaddr)
            continue;
        const uint64_t into = address - segment->p_vaddr;
        if (into <= segment->p_filesz && size <= segment->p_filesz - into &&
            segment->p_offset <= UINT64_MAX - into)
            return read_offset(image, segment->p_offset + into, out, size);
    }
    return false;
}

static const char *machine_name(unsigned machine, char *room, size_t size)
{
    static const struct {
        unsigned machine;
        const char *name;
    } names[] = {
        {EM_X86_64, "x86-64"},       {EM_386, "x86"},
        {EM_AARCH64, "AArch64"},     {EM_ARM, "Arm"},
        {EM_RISCV, "RISC-V"},        {EM_PPC64, "POWER"},
        {EM_S390, "z/Architecture"}, {258 /* EM_LOONGARCH */, "LoongArch"},
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (names[i].machine == machine)
            return names[i].name;
    snprintf(room, size, "machine %u", machine);
    return room;
}

static const char *article(const char *noun)
{
    return strchr("AEIOUaeiou", noun[0]) != NULL || strncmp(noun, "x86", 3) == 0 ? "an" : "a";
}

static int damaged(const struct image *image, struct error *error)
{
    return error_set(error, "%s is truncated or damaged", image->path);
}

static int check_header(const struct image *image, const ElfW(Ehdr) * header, struct error *error)
{
    const unsigned char *const own = __ehdr_start.e_ident, *const its = header->e_ident;
    char its_room[32], own_room[32];
    if (its[EI_CLASS] != own[EI_CLASS])
        return error_set(error, "%s is a %s-bit library, this program is %s-bit", image->path,
                         its[EI_CLASS] == ELFCLASS32 ? "32" : "64",
                         own[EI_CLASS] == ELFCLASS32 ? "32" : "64");
    if (its[EI_DATA] != own[EI_DATA])
        return error_set(error, "%s has the other byte order", image->path);
    if (header->e_machine != __ehdr_start.e_machine) {
        const char *const name = machine_name(header->e_machine, its_room, sizeof its_room);
        return error_set(error, "%s is %s %s library, this machine is %s", image->path,
                         article(name), name,
                         machine_name(__ehdr_start.e_machine, own_room, sizeof own_room));
    }
    if (header->e_type == ET_EXEC)
        return error_set(error, "%s is a program, not a shared library", image->path);
    if (header->e_type != ET_DYN)
        return error_set(error, "%s is not a shared library", image->path);
    return 0;
}

static int read_segments(struct image *image, const ElfW(Ehdr) * header, struct error *error)
{
    if (header->e_phentsize != sizeof(ElfW(Phdr)) || header->e_phnum == 0 ||
        header->e_phnum > MOST_SEGMENTS ||
        !read_offset(image, header->e_phoff, image->segments, header->e_phnum * sizeof(ElfW(Phdr))))
        return damaged(image, error);
    image->segment_count = header->e_phnum;
    return 0;
}

static int read_dynamic(struct image *image, struct error *error)
{
    const ElfW(Phdr) *segment = NULL;
    for (size_t i = 0; i < image->segment_count && segment == NULL; i++)
        if (image->segments[i].p_type == PT_DYNAMIC)
            segment = &image->segments[i];
    if (segment == NULL)
        return error_set(error, "%s is not a shared library", image->path);
    for (size_t i = 0;; i++) {
        ElfW(Dyn) entry;
        if (i == MOST_DYNAMIC ||
            !read_address(image, segment->p_vaddr + i * sizeof entry, &entry, sizeof entry))
            return damaged(image, error);
        if (entry.d_tag == DT_NULL)
            break;
        if (entry.d_tag == DT_SYMTAB)
            image->symbols = entry.d_un.d_ptr;
        else if (entry.d_tag == DT_STRTAB)
            image->strings = entry.d_un.d_ptr;
        else if (entry.d_tag == DT_GNU_HASH)
            image->gnu_hash = entry.d_un.d_ptr;
        else if (entry.d_tag == DT_HASH)
            image->hash = entry.d_un.d_ptr;
        else if (entry.d_tag == DT_FLAGS_1)
            image->is_program = (entry.d_un.d_val & DF_1_PIE) != 0;
    }
    if (image->is_program)
        return error_set(error, "%s is a program, not a shared library", image->path);
    return 0;
}

/* Result of a look-up step. */
enum found { FOUND, NOT_FOUND, DAMAGED };

/* Whether the symbol of this index is the function, and is defined here. */
static enum found match(const struct image *image, uint64_t index, const char *name)
{
    ElfW(Sym) symbol;
    char its_name[MOST_NAME];
    const size_t size = strlen(name) + 1;
    CHECK(size <= sizeof its_name);
    if (!read_address(image, image->symbols + index * sizeof symbol, &symbol, sizeof symbol))
        return DAMAGED;
    /* A name near the end of the table may be shorter than the one we look for. */
    if (!read_address(image, image->strings + symbol.st_name, its_name, size) ||
        memcmp(its_name, name, size) != 0)
        return NOT_FOUND;
    /* The type and binding fields are alike in both classes. */
    const unsigned type = ELF32_ST_TYPE(symbol.st_info), bind = ELF32_ST_BIND(symbol.st_info);
    return symbol.st_shndx != SHN_UNDEF && bind != STB_LOCAL &&
                   (type == STT_FUNC || type == STT_GNU_IFUNC || type == STT_NOTYPE)
               ? FOUND
               : NOT_FOUND;
}

/* The look-up as the dynamic linker does it in a DT_GNU_HASH table (its layout is in no standard:
 * four words, a Bloom filter, buckets, and per symbol its hash with the lowest bit as end mark). */
static enum found look_up_gnu(const struct image *image, const char *name)
{
    struct {
        uint32_t buckets, first_symbol, filter_words, filter_shift;
    } head;
    uint32_t wanted = 5381, index, hash;
    for (const char *letter = name; *letter != '\0'; letter++)
        wanted = wanted * 33 + (unsigned char)*letter;
    if (!read_address(image, image->gnu_hash, &head, sizeof head))
        return DAMAGED;
    if (head.buckets == 0)
        return NOT_FOUND;
    const uint64_t buckets =
        image->gnu_hash + sizeof head + (uint64_t)head.filter_words * sizeof(ElfW(Addr));
    const uint64_t chain = buckets + (uint64_t)head.buckets * sizeof index;
    if (!read_address(image, buckets + wanted % head.buckets * sizeof index, &index, sizeof index))
        return DAMAGED;
    if (index < head.first_symbol)
        return NOT_FOUND;
    for (unsigned step = 0; step < MOST_CHAIN; step++, index++) {
        const uint64_t at = chain + (uint64_t)(index - head.first_symbol) * sizeof hash;
        if (!read_address(image, at, &hash, sizeof hash))
            return DAMAGED;
        if ((hash | 1) == (wanted | 1)) {
            const enum found result = match(image, index, name);
            if (result != NOT_FOUND)
                return result;
        }
        if ((hash & 1) != 0)
            return NOT_FOUND;
    }
    return DAMAGED;
}

/* The same in a DT_HASH table (System V ABI, chapter 5, Hash Table). */
static enum found look_up_sysv(const struct image *image, const char *name)
{
    struct {
        uint32_t buckets, symbols;
    } head;
    uint32_t wanted = 0, index;
    for (const char *letter = name; *letter != '\0'; letter++) {
        wanted = (wanted << 4) + (unsigned char)*letter;
        const uint32_t top = wanted & 0xf0000000u;
        wanted = (wanted ^ (top >> 24)) & ~top;
    }
    if (!read_address(image, image->hash, &head, sizeof head))
        return DAMAGED;
    if (head.buckets == 0)
        return NOT_FOUND;
    const uint64_t buckets = image->hash + sizeof head;
    const uint64_t chain = buckets + (uint64_t)head.buckets * sizeof index;
    uint64_t at = buckets + wanted % head.buckets * sizeof index;
    for (unsigned step = 0; step < MOST_CHAIN; step++) {
        if (!read_address(image, at, &index, sizeof index))
            return DAMAGED;
        if (index == STN_UNDEF)
            return NOT_FOUND;
        const enum found result = match(image, index, name);
        if (result != NOT_FOUND)
            return result;
        at = chain + (uint64_t)index * sizeof index;
    }
    return DAMAGED;
}

static int check_export(const struct image *image, const char *name, struct error *error)
{
    enum found found = NOT_FOUND;
    if (image->symbols != 0 && image->strings != 0 && image->gnu_hash != 0)
        found = look_up_gnu(image, name);
    else if (image->symbols != 0 && image->strings != 0 && image->hash != 0)
        found = look_up_sysv(image, name);
    if (found == DAMAGED)
        return damaged(image, error);
    if (found == NOT_FOUND)
        return error_set(error, "%s does not export %s", image->path, name);
    return 0;
}

static int check_image(struct image *image, struct error *error)
{
    ElfW(Ehdr) header;
    unsigned char magic[SELFMAG];
    if (!read_offset(image, 0, magic, sizeof magic) || memcmp(magic, ELFMAG, SELFMAG) != 0)
        return error_set(error, "%s is not an ELF file", image->path);
    if (!read_offset(image, 0, &header, sizeof header))
        return damaged(image, error);
    if (check_header(image, &header, error) != 0 || read_segments(image, &header, error) != 0 ||
        read_dynamic(image, error) != 0 || check_export(image, "malloc", error) != 0)
        return -1;
    return 0;
}

int elf_check_allocator(const char *path, struct error *error)
{
    struct stat status;
    /* Asked before it is opened: to open a pipe would wait for its writer. */
    if (stat(path, &status) != 0)
        return error_set_errno(error, "%s", path);
    if (S_ISDIR(status.st_mode))
        return error_set(error, "%s is a directory, not a library", path);
    if (!S_ISREG(status.st_mode))
        return error_set(error, "%s is not a regular file", path);
    struct image image = {.fd = open(path, O_RDONLY | O_CLOEXEC), .path = path};
    if (image.fd < 0)
        return error_set_errno(error, "%s", path);
    const int result = check_image(&image, error);
    close(image.fd);
    return result;
}
