/* What can be preloaded as an allocator, over crafted, broken and hostile files. */
#include "check.h"
#include "crafted_elf.h"
#include "elf_file.h"
#include "error.h"
#include "tree.h"

#include <stdbool.h>

/* Checks a file of the tree; the expected message is what follows its path, NULL: it is fit. */
static void expect(int line, const char *path, const char *message)
{
    struct error error = {""};
    const int result = elf_check_allocator(path, &error);
    char expected[1200], text[2600];
    snprintf(expected, sizeof expected, "%s%s", path, message != NULL ? message : "");
    snprintf(text, sizeof text, "got %d \"%s\", expected \"%s\"", result, error.text,
             message != NULL ? expected : "");
    check_record(message == NULL ? result == 0 : result == -1 && strcmp(error.text, expected) == 0,
                 __FILE__, line, text);
}

#define EXPECT_WHOLE(elf, message)                                                     \
    do {                                                                               \
        const struct crafted_elf whole_ = (elf);                                       \
        expect(__LINE__, tree_write_bytes("lib.so", &whole_, sizeof whole_), message); \
    } while (0)

static const char *const damage = " is truncated or damaged";

static void test_good(void)
{
    EXPECT_WHOLE(crafted_elf(), NULL);
    EXPECT_WHOLE(crafted_gnu_elf(), NULL);
}

static void test_files(void)
{
    expect(__LINE__, tree_path("absent.so"), ": No such file or directory");
    expect(__LINE__, tree_root(), " is a directory, not a library");
    expect(__LINE__, "/dev/null", " is not a regular file");
    const char *const pipe = tree_path("pipe");
    EXPECT_INT(mkfifo(pipe, 0666), 0);
    expect(__LINE__, pipe, " is not a regular file");
    expect(__LINE__, tree_write("empty.so", ""), " is not an ELF file");
    expect(__LINE__, tree_write("text.so", "INPUT(libother.so)\n"), " is not an ELF file");
    expect(__LINE__, tree_write("magic.so", ELFMAG), damage);
    const char *const closed = tree_write("closed.so", "text");
    EXPECT_INT(chmod(closed, 0), 0);
    if (geteuid() != 0) /* root reads everything */
        expect(__LINE__, closed, ": Permission denied");
    expect(__LINE__, "/proc/self/exe", " is a program, not a shared library");
}

static void test_other_machines(void)
{
    struct crafted_elf elf = crafted_elf();
    elf.header.e_machine = EM_S390;
    const char *const own = __ehdr_start.e_machine == EM_X86_64    ? "x86-64"
                            : __ehdr_start.e_machine == EM_AARCH64 ? "AArch64"
                                                                   : NULL;
    if (own != NULL) {
        char message[128];
        snprintf(message, sizeof message, " is a z/Architecture library, this machine is %s", own);
        EXPECT_WHOLE(elf, message);
        const bool is_arm = __ehdr_start.e_machine == EM_AARCH64;
        elf.header.e_machine = is_arm ? EM_X86_64 : EM_AARCH64;
        EXPECT_WHOLE(elf, is_arm ? " is an x86-64 library, this machine is AArch64"
                                 : " is an AArch64 library, this machine is x86-64");
        elf.header.e_machine = 4711;
        snprintf(message, sizeof message, " is a machine 4711 library, this machine is %s", own);
        EXPECT_WHOLE(elf, message);
    }
    elf = crafted_elf();
    const bool is_64 = elf.header.e_ident[EI_CLASS] == ELFCLASS64;
    elf.header.e_ident[EI_CLASS] = is_64 ? ELFCLASS32 : ELFCLASS64;
    EXPECT_WHOLE(elf, is_64 ? " is a 32-bit library, this program is 64-bit"
                            : " is a 64-bit library, this program is 32-bit");
    elf = crafted_elf();
    elf.header.e_ident[EI_DATA] ^= ELFDATA2LSB ^ ELFDATA2MSB;
    EXPECT_WHOLE(elf, " has the other byte order");
}

static void test_other_kinds(void)
{
    struct crafted_elf elf = crafted_elf();
    elf.header.e_type = ET_EXEC;
    EXPECT_WHOLE(elf, " is a program, not a shared library");
    elf = crafted_elf();
    elf.flags.d_un.d_val = DF_1_PIE;
    EXPECT_WHOLE(elf, " is a program, not a shared library");
    elf = crafted_elf();
    elf.header.e_type = ET_REL;
    EXPECT_WHOLE(elf, " is not a shared library");
    elf.header.e_type = ET_CORE;
    EXPECT_WHOLE(elf, " is not a shared library");
    elf = crafted_elf();
    elf.dynamic_segment.p_type = PT_NOTE;
    EXPECT_WHOLE(elf, " is not a shared library");
}

/* Both kinds of hash table, one symbol spoiled after the other. */
static void test_exports(void)
{
    struct crafted_elf (*const makers[])(void) = {crafted_elf, crafted_gnu_elf};
    for (size_t i = 0; i < 2; i++) {
        struct crafted_elf elf = makers[i]();
        elf.strings[1] = 'x';
        EXPECT_WHOLE(elf, " does not export malloc");
        elf = makers[i]();
        elf.symbols[CRAFTED_MALLOC].st_shndx = SHN_UNDEF;
        EXPECT_WHOLE(elf, " does not export malloc");
        elf = makers[i]();
        elf.symbols[CRAFTED_MALLOC].st_info = ELF32_ST_INFO(STB_LOCAL, STT_FUNC);
        EXPECT_WHOLE(elf, " does not export malloc");
        elf = makers[i]();
        elf.symbols[CRAFTED_MALLOC].st_info = ELF32_ST_INFO(STB_GLOBAL, STT_OBJECT);
        EXPECT_WHOLE(elf, " does not export malloc");
        /* Every kind of function, and malloc alone: it may stand in front of another's. */
        elf = makers[i]();
        elf.symbols[CRAFTED_MALLOC].st_info = ELF32_ST_INFO(STB_WEAK, STT_GNU_IFUNC);
        elf.symbols[CRAFTED_FREE].st_shndx = SHN_UNDEF;
        EXPECT_WHOLE(elf, NULL);
        /* Behind another symbol of its chain. */
        elf = makers[i]();
        elf.symbols[CRAFTED_MALLOC].st_name = 8;
        elf.symbols[CRAFTED_FREE].st_name = 1;
        elf.gnu.chain[0] = crafted_gnu_hash("free") & ~UINT32_C(1);
        elf.gnu.chain[1] = crafted_gnu_hash("malloc") | 1;
        EXPECT_WHOLE(elf, NULL);
        elf = makers[i]();
        elf.hash_table.d_tag = DT_DEBUG;
        EXPECT_WHOLE(elf, " does not export malloc");
        elf = makers[i]();
        elf.sysv.buckets = elf.gnu.buckets = 0;
        EXPECT_WHOLE(elf, " does not export malloc");
    }
}

/* Offsets, counts and chains that lead astray must end, and in a message. */
static void test_hostile(void)
{
    struct crafted_elf elf = crafted_elf();
    elf.header.e_phoff = (ElfW(Off)) - 8;
    EXPECT_WHOLE(elf, damage);
    elf = crafted_elf();
    elf.header.e_phnum = 65535;
    EXPECT_WHOLE(elf, damage);
    elf.header.e_phnum = 0;
    EXPECT_WHOLE(elf, damage);
    elf = crafted_elf();
    elf.header.e_phentsize = 1;
    EXPECT_WHOLE(elf, damage);
    elf = crafted_elf();
    elf.load.p_offset = (ElfW(Off)) - 16;
    EXPECT_WHOLE(elf, damage);
    elf = crafted_elf();
    elf.load.p_filesz = offsetof(struct crafted_elf, end); /* the dynamic section has no end */
    EXPECT_WHOLE(elf, damage);
    elf = crafted_elf();
    elf.load.p_filesz = offsetof(struct crafted_elf, sysv.bucket) + 1; /* more is in the file */
    EXPECT_WHOLE(elf, damage);
    elf = crafted_elf();
    elf.symbol_table.d_un.d_ptr = (ElfW(Addr)) - 1 / 2;
    EXPECT_WHOLE(elf, damage);
    elf = crafted_elf();
    elf.string_table.d_un.d_ptr = 1u << 30;
    EXPECT_WHOLE(elf, " does not export malloc");
    elf = crafted_elf();
    elf.hash_table.d_un.d_ptr = 1u << 30;
    EXPECT_WHOLE(elf, damage);
    elf = crafted_elf();
    elf.sysv.bucket[0] = UINT32_MAX;
    EXPECT_WHOLE(elf, damage);
    elf = crafted_elf();
    elf.strings[1] = 'x';
    elf.sysv.chain[CRAFTED_FREE] = CRAFTED_MALLOC; /* a ring */
    EXPECT_WHOLE(elf, damage);
    elf = crafted_gnu_elf();
    elf.gnu.filter_words = UINT32_MAX;
    EXPECT_WHOLE(elf, damage);
    elf = crafted_gnu_elf();
    elf.gnu.bucket[0] = UINT32_MAX;
    EXPECT_WHOLE(elf, damage);
    elf = crafted_gnu_elf();
    elf.gnu.chain[1] &= ~UINT32_C(1); /* no end mark, and then the end of the file */
    elf.strings[1] = 'x';
    EXPECT_WHOLE(elf, damage);
    elf = crafted_gnu_elf();
    elf.gnu.first_symbol = UINT32_MAX;
    EXPECT_WHOLE(elf, " does not export malloc");
}

/* A chain without an end through a file of a gibibyte of nothing: over soon, all the same. */
static void test_endless(void)
{
    struct crafted_elf elf = crafted_gnu_elf();
    elf.load.p_filesz = elf.load.p_memsz = 1u << 30;
    elf.gnu.chain[0] = elf.gnu.chain[1] = 0;
    char *const path = tree_write_bytes("endless.so", &elf, sizeof elf);
    EXPECT_INT(truncate(path, 1 << 30), 0);
    expect(__LINE__, path, damage);
}

/* Cut at every length: fit from the byte on that ends malloc's look-up, and not before. */
static void test_truncated(void)
{
    const struct crafted_elf elf = crafted_gnu_elf();
    const size_t needed = offsetof(struct crafted_elf, gnu.chain) + sizeof elf.gnu.chain[0];
    for (size_t size = 1; size <= sizeof elf; size++) {
        struct error error = {""};
        const int result = elf_check_allocator(tree_write_bytes("cut.so", &elf, size), &error);
        EXPECT_INT(result, size < needed ? -1 : 0);
        EXPECT(result == 0 || error.text[0] != '\0');
    }
}

/* Every byte of it changed to several values: the outcome is free, crashes and hangs are not. */
static void test_flipped(void)
{
    static const unsigned char flips[] = {0x01, 0x80, 0xff};
    const struct crafted_elf original = crafted_gnu_elf();
    unsigned refused = 0;
    for (size_t at = 0; at < sizeof original; at++)
        for (size_t i = 0; i < sizeof flips; i++) {
            struct crafted_elf elf = original;
            ((unsigned char *)&elf)[at] ^= flips[i];
            struct error error = {""};
            const int result =
                elf_check_allocator(tree_write_bytes("flip.so", &elf, sizeof elf), &error);
            refused += result != 0;
            EXPECT(result == 0 || error.text[0] != '\0');
        }
    EXPECT(refused > 100);
}

int main(void)
{
    test_good();
    test_files();
    test_other_machines();
    test_other_kinds();
    test_exports();
    test_hostile();
    test_endless();
    test_truncated();
    test_flipped();
    return check_result();
}
