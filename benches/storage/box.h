/*
 * Boxes: four ways to keep a value of any type behind one word, or two.
 *
 *   struct box          type word and data word, as a Go interface value has. The data word is the
 *                       value itself for a direct type, else the address of the value.
 *   small-integer table where Go's boxing of an integer below 256 points instead of allocating.
 *   struct box_tagged   one word: an odd one is an integer of 63 bits, an even one an address.
 *   struct box_union    a tag and the value itself, up to 16 bytes.
 *
 * Nothing here allocates or frees: a value that must live elsewhere is put there by the caller, who
 * owns it. No function can fail. All are safe to call from any thread.
 */
#ifndef ALLOCOST_BOX_H
#define ALLOCOST_BOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

_Static_assert(sizeof(void *) == 8, "boxes are laid out for 64-bit words");

/* The data word of a box. */
union box_word {
    void *pointer;   /* address of the value, or a value that is an address */
    uint64_t bits;   /* any other value of a direct type */
    int64_t integer; /* the same as a signed integer */
    double real;     /* the same as a floating-point number */
};

_Static_assert(sizeof(union box_word) == 8, "a data word is one word");

/* What a box knows of its value; one object of static storage for each type, compared by address.
 */
struct box_type {
    const char *name;                      /* for people */
    size_t size_bytes;                     /* of the value */
    bool direct;                           /* the data word is the value, not its address */
    uint64_t (*hash)(union box_word word); /* method: equal values have equal hashes */
    bool (*equal)(union box_word a, union box_word b); /* method: of two values of this type */
};

/* A value of any type, as `any` is in Go: 16 bytes, two registers. */
struct box {
    const struct box_type *type; /* NULL: holds nothing */
    union box_word word;         /* the value or its address, as type->direct says */
};

/* int64_t behind an address, as Go keeps it. */
extern const struct box_type box_type_int;

/* int64_t in the data word, as C can keep it. */
extern const struct box_type box_type_inline_int;

/* An address as the value, as both keep a pointer. */
extern const struct box_type box_type_pointer;

/* Dispatch through the type word: an indirect call. The box must hold something. */
static inline uint64_t box_hash(struct box box)
{
    return box.type->hash(box.word);
}

/* Whether both hold values of the same type that are equal; an indirect call if the types agree. */
static inline bool box_equal(struct box a, struct box b)
{
    return a.type == b.type && (a.type == NULL || a.type->equal(a.word, b.word));
}

/* Boxes an integer without memory: the data word is the value. */
static inline struct box box_inline_int(int64_t value)
{
    const struct box box = {&box_type_inline_int, {.integer = value}};
    return box;
}

/* Boxes the address of a value of an indirect type. The value stays the caller's. */
static inline struct box box_pointer(const struct box_type *type, void *value)
{
    const struct box box = {type, {.pointer = value}};
    return box;
}

/*
 * The values 0 to 255, in order, as Go's runtime keeps them (staticuint64s in runtime/iface.go).
 * Read-only memory.
 */
enum { BOX_SMALL_INTS = 256 };
extern const uint64_t box_small_ints[BOX_SMALL_INTS];

/*
 * Returns the address of the value in the table when it is below BOX_SMALL_INTS, else NULL: then
 * the caller finds memory for it. Never write or free what it points to. Negative values are large
 * ones.
 */
static inline void *box_small_int(uint64_t value)
{
    return value < BOX_SMALL_INTS ? (void *)(uintptr_t)&box_small_ints[value] : NULL;
}

/* Whether the address is in the table, that is, must not be freed. Any address will do. */
static inline bool box_is_small_int(const void *pointer)
{
    return (uintptr_t)pointer - (uintptr_t)box_small_ints < sizeof box_small_ints;
}

/* An integer of 63 bits or an address, told apart by the lowest bit. */
struct box_tagged {
    uint64_t bits; /* odd: twice the integer, and 1. Even: the address */
};

#define BOX_TAGGED_INT_MIN (-(INT64_C(1) << 62))
#define BOX_TAGGED_INT_MAX ((INT64_C(1) << 62) - 1)

/* Whether the integer is in BOX_TAGGED_INT_MIN to BOX_TAGGED_INT_MAX. */
static inline bool box_tagged_fits(int64_t value)
{
    return (uint64_t)value + (UINT64_C(1) << 62) < UINT64_C(1) << 63;
}

/* Tags an integer that fits; of one that does not the highest bit is lost. */
static inline struct box_tagged box_tagged_from_int(int64_t value)
{
    const struct box_tagged tagged = {((uint64_t)value << 1) | 1};
    return tagged;
}

/* Tags an even address, as every address from an allocator is. */
static inline struct box_tagged box_tagged_from_pointer(const void *pointer)
{
    const struct box_tagged tagged = {(uintptr_t)pointer};
    return tagged;
}

static inline bool box_tagged_is_int(struct box_tagged tagged)
{
    return (tagged.bits & 1) != 0;
}

/* The integer; only of a tagged integer. gcc and clang shift signed numbers arithmetically. */
static inline int64_t box_tagged_int(struct box_tagged tagged)
{
    return (int64_t)tagged.bits >> 1;
}

/* The address; only of a tagged address. */
static inline void *box_tagged_pointer(struct box_tagged tagged)
{
    return (void *)(uintptr_t)tagged.bits;
}

/* What a box_union holds. */
enum box_kind { BOX_NONE, BOX_INT, BOX_REAL, BOX_POINTER, BOX_BYTES };

enum { BOX_UNION_BYTES = 16 };

/* A tag and the value, 24 bytes: returned in memory, not in registers. */
struct box_union {
    enum box_kind kind; /* which member is meant */
    union {
        int64_t integer;                      /* BOX_INT */
        double real;                          /* BOX_REAL */
        void *pointer;                        /* BOX_POINTER; not owned */
        unsigned char bytes[BOX_UNION_BYTES]; /* BOX_BYTES: any small object */
    } as;
};

static inline struct box_union box_union_int(int64_t value)
{
    struct box_union box;
    box.kind = BOX_INT;
    box.as.integer = value;
    return box;
}

static inline struct box_union box_union_real(double value)
{
    struct box_union box;
    box.kind = BOX_REAL;
    box.as.real = value;
    return box;
}

static inline struct box_union box_union_pointer(void *value)
{
    struct box_union box;
    box.kind = BOX_POINTER;
    box.as.pointer = value;
    return box;
}

/* Copies size bytes, at most BOX_UNION_BYTES, of the object; the bytes behind them are zero. */
static inline struct box_union box_union_bytes(const void *object, size_t size)
{
    struct box_union box;
    box.kind = BOX_BYTES;
    memset(box.as.bytes, 0, sizeof box.as.bytes);
    memcpy(box.as.bytes, object, size);
    return box;
}

#endif
