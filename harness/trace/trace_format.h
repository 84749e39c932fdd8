/*
 * The file of a trace: the allocations of one process, as `allocost record` writes them.
 *
 *     magic     8 bytes: 0x89 "alloc" 0x0a and the version of the format, 2
 *     events    each a varint of (argument << 4 | kind), then the varints its kind asks for
 *     end       an event of kind TRACE_END and argument 0, three varints (how many events of the
 *               allocator stand before it; how many blocks live on; bytes that were requested by
 *               the live blocks, at their most), then 8 bytes, the lowest first: the checksum,
 *               XXH64 with the seed 0, of every byte before these
 *
 * Version 1 differed in the checksum alone: 64-bit FNV-1a.
 *
 * Nothing follows. A file without the end was cut off: the program crashed, or is still running.
 *
 * A varint holds an unsigned number of up to 64 bits, 7 a byte, the lowest first; the highest bit
 * of a byte says that another follows (LEB128). It has no more bytes than it needs.
 *
 * A block has no address here but a number: the first one that was got is 0, the next one 1. An
 * event says how far back its block is: 1 is the one that was got last. A block keeps its number
 * when realloc moves it.
 *
 * Events stand in the order in which they happened: the free of a block before the malloc that is
 * given the same address. Calls that failed are not there, nor calls of the allocator by itself.
 * realloc of NULL is a malloc, realloc to 0 bytes a free, and where the allocator answers it with
 * a block all the same, a free and a malloc; valloc and pvalloc are a memalign.
 */
#ifndef ALLOCOST_TRACE_FORMAT_H
#define ALLOCOST_TRACE_FORMAT_H

#include <stddef.h>
#include <stdint.h>

/* The argument, and the varints behind it. */
enum trace_kind {
    TRACE_END,            /* 0; see above */
    TRACE_MALLOC,         /* size in bytes */
    TRACE_CALLOC,         /* count; size of each in bytes */
    TRACE_REALLOC,        /* how far back; size, above 0 */
    TRACE_REALLOCARRAY,   /* how far back; count; size of each; neither is 0 */
    TRACE_ALIGNED_ALLOC,  /* size; binary logarithm of the alignment */
    TRACE_POSIX_MEMALIGN, /* the same */
    TRACE_MEMALIGN,       /* the same */
    TRACE_FREE,           /* how far back */
    TRACE_THREAD,         /* number of the thread that makes the calls from here on; first is 0 */
    TRACE_FORK,           /* 0: the process made a child, whose allocations are not recorded */
    TRACE_KINDS
};

#define TRACE_MAGIC \
    "\x89"          \
    "alloc"         \
    "\n\x02"

enum {
    TRACE_MAGIC_BYTES = 8,
    TRACE_CHECKSUM_BYTES = 8,
    TRACE_KIND_BITS = 4,
    TRACE_VARINT_MOST = 10,                   /* bytes */
    TRACE_EVENT_MOST = 4 * TRACE_VARINT_MOST, /* bytes, without the checksum */
    TRACE_ALIGN_SHIFT_MOST = 47               /* no address space has more */
};

/* Larger sizes and counts are not written: no call with one succeeds. */
#define TRACE_ARGUMENT_MOST ((UINT64_C(1) << 60) - 1)

/* Writes a varint of at most TRACE_VARINT_MOST bytes. Returns where the next byte goes. */
static inline uint8_t *trace_put(uint8_t *at, uint64_t number)
{
    while (number >= 0x80) {
        *at++ = (uint8_t)(number | 0x80);
        number >>= 7;
    }
    *at++ = (uint8_t)number;
    return at;
}

/* Writes the beginning of an event. Returns where the next byte goes. */
static inline uint8_t *trace_put_event(uint8_t *at, enum trace_kind kind, uint64_t argument)
{
    return trace_put(at, argument << TRACE_KIND_BITS | (uint64_t)kind);
}

/* Writes the checksum at the end. Returns where the file ends. */
static inline uint8_t *trace_put_checksum(uint8_t *at, uint64_t checksum)
{
    for (unsigned i = 0; i < TRACE_CHECKSUM_BYTES; i++)
        *at++ = (uint8_t)(checksum >> 8 * i);
    return at;
}

#endif
