/*
 * Question: what does it cost to put a value of any type behind one interface?
 * Variants: ptr, an address is the data word; type_switch, the same, told apart by comparing type
 *           words; static_const, the address of a constant; string and slice, a header of 16 and
 *           24 bytes in memory from malloc; zero_string, the same code with an empty string, for
 *           which one static zero serves; struct_malloc, struct_pool, struct_arena, a struct of
 *           `size` bytes that escapes; struct_temp, one that does not, in the caller's frame (Go
 *           does so up to 1024 bytes; above, struct_malloc is what it does in any case). null: the
 *           value, read without a box.
 * Timed:    an opaque call boxes the value (copies it, but for the first three and zero_string),
 *           a method is called through the type word (type_switch: compares and no call), it reads
 *           the value, then the box is released.
 * Not timed: the values, SOURCES of each kind.
 * Expect:   one malloc and one free an iteration for string (16 bytes), slice (24 bytes) and
 *           struct_malloc (`size` bytes), none for the others. Large structs cost what the copy
 *           costs, which is the compiler's: gcc 12 unrolls it up to 256 bytes and then uses rep
 *           movs, which is slow to start; clang 14 calls memcpy above 128 bytes.
 */
#include "arena.h"
#include "bench.h"
#include "box.h"
#include "keep.h"
#include "pool.h"

enum {
    WORD = sizeof(uint64_t),
    ALIGNMENT = 16, /* as malloc's on both architectures */
    SIZE_MAX_BYTES = 2048,
    SIZE_UNSWEPT = 16, /* of the value where no size is swept */
    SOURCES = 4,       /* few enough to stay in the first cache with their copies */
    TEXT_BYTES = 8
};

enum how { MALLOC, POOL, ARENA, TEMP };

struct string {
    const char *text; /* of TEXT_BYTES, or NULL when the length is 0 */
    size_t length;
};

struct slice {
    const uint64_t *items; /* NULL: there are none */
    size_t length;
    size_t capacity;
};

struct state {
    struct pool pool;
    struct arena arena;
    size_t size;        /* of a value in `values`, whose first and last words are random */
    size_t alloc_bytes; /* what boxing one value asks malloc for */
    struct string strings[SOURCES];
    struct slice slices[SOURCES];
    /* From the start of a cache line, as the boxes: or some loads of a copy lie across two. */
    _Alignas(64) uint64_t values[SOURCES * SIZE_MAX_BYTES / WORD];
};

/* Go's zeroVal: what a box of an empty string or of a nil slice points to. */
static const uint64_t zero_value[3];

static const uint64_t constant[SIZE_UNSWEPT / WORD] = {0x243f6a8885a308d3, 0x13198a2e03707344};

BODY const uint64_t *value_of(const struct state *state, size_t size, uint64_t i)
{
    return &state->values[i % SOURCES * (size / WORD)];
}

BODY uint64_t first_and_last(const uint64_t *value, size_t size)
{
    return value[0] + value[size / WORD - 1];
}

/* The method of every type: a number made of the value. Nothing here compares, so none has equal.
 */
static uint64_t pointer_method(union box_word word)
{
    return first_and_last(word.pointer, SIZE_UNSWEPT);
}

static uint64_t string_method(union box_word word)
{
    const struct string *const string = word.pointer;
    uint64_t head = 1;
    if (string->length >= TEXT_BYTES)
        memcpy(&head, string->text, TEXT_BYTES);
    return head;
}

static uint64_t slice_method(union box_word word)
{
    const struct slice *const slice = word.pointer;
    return slice->length > 0 ? slice->items[slice->length - 1] + slice->capacity : 1;
}

static const struct box_type pointer_type = {
    .name = "pointer", .size_bytes = WORD, .direct = true, .hash = pointer_method};
static const struct box_type constant_type = {
    .name = "constant", .size_bytes = SIZE_UNSWEPT, .hash = pointer_method};
static const struct box_type string_type = {
    .name = "string", .size_bytes = sizeof(struct string), .hash = string_method};
static const struct box_type slice_type = {
    .name = "slice", .size_bytes = sizeof(struct slice), .hash = slice_method};

/* The inside of every function that boxes a struct. `where` is the state or the temporary. */
BODY struct box box_copy(enum how how, const struct box_type *type, size_t size, void *where,
                         const void *value)
{
    struct state *const state = where;
    void *home = NULL;
    switch (how) {
    case MALLOC:
        home = malloc(size);
        break;
    case POOL:
        home = pool_get(&state->pool);
        break;
    case ARENA:
        home = arena_alloc(&state->arena, size, ALIGNMENT);
        break;
    case TEMP:
        home = where;
        break;
    }
    bench_require(home);
    /* Or gcc takes longer code for the copy wherever malloc does not tell it the alignment. */
    memcpy(__builtin_assume_aligned(home, ALIGNMENT), value, size);
    return box_pointer(type, home);
}

/* The address of something that nobody will write or free. */
BODY struct box box_readonly(const struct box_type *type, const void *value)
{
    return box_pointer(type, (void *)(uintptr_t)value);
}

typedef struct box boxer(void *where, const void *value);
boxer box_any_pointer, box_any_constant, box_any_string, box_any_slice;

OPAQUE struct box box_any_pointer(void *where, const void *value)
{
    (void)where;
    return box_readonly(&pointer_type, value);
}

OPAQUE struct box box_any_constant(void *where, const void *value)
{
    (void)where, (void)value;
    return box_readonly(&constant_type, constant);
}

OPAQUE struct box box_any_string(void *where, const void *value)
{
    if (((const struct string *)value)->length == 0)
        return box_readonly(&string_type, zero_value);
    return box_copy(MALLOC, &string_type, sizeof(struct string), where, value);
}

OPAQUE struct box box_any_slice(void *where, const void *value)
{
    if (((const struct slice *)value)->items == NULL)
        return box_readonly(&slice_type, zero_value);
    return box_copy(MALLOC, &slice_type, sizeof(struct slice), where, value);
}

/* Calls the method, through a type word that the compiler knows nothing of. */
BODY uint64_t dispatch(struct box box)
{
    HIDE(box.type);
    KEEP_PTR(box.word.pointer);
    return box_hash(box);
}

static uint64_t run_ptr(void *state, uint64_t iterations)
{
    uint64_t sum = 0;
    for (uint64_t i = 0; i < iterations; i++)
        sum += dispatch(box_any_pointer(state, value_of(state, SIZE_UNSWEPT, i)));
    return sum;
}

static uint64_t run_static_const(void *state, uint64_t iterations)
{
    uint64_t sum = 0;
    for (uint64_t i = 0; i < iterations; i++)
        sum += dispatch(box_any_constant(state, value_of(state, SIZE_UNSWEPT, i)));
    return sum;
}

/* As a type switch of four cases compiles, of which the last one is met. */
static uint64_t run_type_switch(void *state, uint64_t iterations)
{
    uint64_t sum = 0;
    for (uint64_t i = 0; i < iterations; i++) {
        const struct box box = box_any_pointer(state, value_of(state, SIZE_UNSWEPT, i));
        KEEP_PTR(box.word.pointer);
        if (box.type == &box_type_int)
            sum += *(const uint64_t *)box.word.pointer;
        else if (box.type == &string_type)
            sum += string_method(box.word);
        else if (box.type == &slice_type)
            sum += slice_method(box.word);
        else if (box.type == &pointer_type)
            sum += pointer_method(box.word);
    }
    return sum;
}

static uint64_t run_string(void *opaque, uint64_t iterations)
{
    struct state *const state = opaque;
    uint64_t sum = 0;
    for (uint64_t i = 0; i < iterations; i++) {
        const struct box box = box_any_string(state, &state->strings[i % SOURCES]);
        sum += dispatch(box);
        if (box.word.pointer != zero_value)
            free(box.word.pointer);
    }
    return sum;
}

static uint64_t run_slice(void *opaque, uint64_t iterations)
{
    struct state *const state = opaque;
    uint64_t sum = 0;
    for (uint64_t i = 0; i < iterations; i++) {
        const struct box box = box_any_slice(state, &state->slices[i % SOURCES]);
        sum += dispatch(box);
        if (box.word.pointer != zero_value)
            free(box.word.pointer);
    }
    return sum;
}

static uint64_t run_null(void *state, uint64_t iterations)
{
    uint64_t sum = 0;
    for (uint64_t i = 0; i < iterations; i++) {
        sum += first_and_last(value_of(state, SIZE_UNSWEPT, i), SIZE_UNSWEPT);
        KEEP_VAL(sum);
    }
    return sum;
}

/* The loop of every variant that boxes a struct. */
BODY uint64_t loop(enum how how, size_t size, boxer *box_up, struct state *state,
                   uint64_t iterations)
{
    _Alignas(ALIGNMENT) uint64_t temp[SIZE_MAX_BYTES / WORD];
    void *const where = how == TEMP ? (void *)temp : (void *)state;
    uint64_t sum = 0;
    for (uint64_t i = 0; i < iterations; i++) {
        KEEP_PTR(state); /* or one mark, taken before the loop, serves for all */
        struct arena_mark mark = {0};
        if (how == ARENA)
            mark = arena_mark(&state->arena);
        const struct box box = box_up(where, value_of(state, size, i));
        sum += dispatch(box);
        if (how == MALLOC)
            free(box.word.pointer);
        else if (how == POOL)
            pool_put(&state->pool, box.word.pointer);
        else if (how == ARENA)
            arena_release(&state->arena, mark);
    }
    return sum;
}

/* The sizes, each a constant of the code. */
#define EACH_SIZE(macro, ...)                                                                      \
    macro(16, __VA_ARGS__) macro(64, __VA_ARGS__) macro(256, __VA_ARGS__) macro(1024, __VA_ARGS__) \
        macro(2048, __VA_ARGS__)

#define DEFINE_TYPE(size, ...)                                  \
    static uint64_t struct_##size##_method(union box_word word) \
    {                                                           \
        return first_and_last(word.pointer, size);              \
    }                                                           \
    static const struct box_type struct_##size##_type = {       \
        .name = "struct", .size_bytes = (size), .hash = struct_##size##_method};

#define DEFINE_CELL(size, label, how)                                          \
    boxer box_any_##label##_##size;                                            \
    OPAQUE struct box box_any_##label##_##size(void *where, const void *value) \
    {                                                                          \
        return box_copy(how, &struct_##size##_type, size, where, value);       \
    }                                                                          \
    static uint64_t run_##label##_##size(void *state, uint64_t iterations)     \
    {                                                                          \
        return loop(how, size, box_any_##label##_##size, state, iterations);   \
    }

#define CHOICE(bytes, label) \
    if (size == (bytes))     \
        return run_##label##_##bytes;

/* All that a storage needs: how to box each size, the loops, and which loop is for a size. */
#define DEFINE_STORAGE(label, how, size_max)    \
    EACH_SIZE(DEFINE_CELL, label, how)          \
    static bench_run *label##_for(int64_t size) \
    {                                           \
        if (size > (size_max))                  \
            return NULL;                        \
        EACH_SIZE(CHOICE, label)                \
        return NULL;                            \
    }

EACH_SIZE(DEFINE_TYPE, )
DEFINE_STORAGE(malloc, MALLOC, SIZE_MAX_BYTES)
DEFINE_STORAGE(pool, POOL, SIZE_MAX_BYTES)
DEFINE_STORAGE(arena, ARENA, SIZE_MAX_BYTES)
DEFINE_STORAGE(temp, TEMP, 1024) /* Go boxes a larger value on the heap */

static struct state *make_state(const struct bench_cell *cell, size_t alloc_bytes)
{
    struct state *const state = bench_map(sizeof *state);
    state->size = cell->value > 0 ? (size_t)cell->value : SIZE_UNSWEPT;
    state->alloc_bytes = alloc_bytes > 0 ? alloc_bytes : state->size;
    if (pool_init(&state->pool, state->size, ALIGNMENT, 0) != 0 ||
        arena_init(&state->arena, 0) != 0)
        abort();
    uint64_t random = cell->seed;
    const size_t words = state->size / WORD;
    for (size_t i = 0; i < SOURCES; i++) {
        uint64_t *const value = &state->values[i * words];
        value[0] = bench_random(&random);
        value[words - 1] = bench_random(&random);
        state->strings[i] = (struct string){(const char *)value, TEXT_BYTES};
        state->slices[i] = (struct slice){value, words, words};
    }
    return state;
}

static void *setup(const struct bench_cell *cell, const char **skip)
{
    (void)skip;
    return make_state(cell, 0);
}

static void *setup_string(const struct bench_cell *cell, const char **skip)
{
    (void)skip;
    return make_state(cell, sizeof(struct string));
}

static void *setup_slice(const struct bench_cell *cell, const char **skip)
{
    (void)skip;
    return make_state(cell, sizeof(struct slice));
}

static void *setup_zero_string(const struct bench_cell *cell, const char **skip)
{
    (void)skip;
    struct state *const state = make_state(cell, 0);
    for (size_t i = 0; i < SOURCES; i++)
        state->strings[i] = (struct string){NULL, 0};
    return state;
}

static void teardown(void *opaque)
{
    struct state *const state = opaque;
    pool_destroy(&state->pool);
    arena_destroy(&state->arena);
    bench_unmap(state, sizeof *state);
}

static struct bench_counts expect_pairs(const void *opaque, uint64_t iterations)
{
    const struct state *const state = opaque;
    return (struct bench_counts){
        .allocs = iterations, .frees = iterations, .bytes = iterations * state->alloc_bytes};
}

static const struct bench_value sizes[] = {
    {16, BENCH_KEY},   {64, BENCH_KEY},       {256, BENCH_DEFAULT},
    {1024, BENCH_KEY}, {2048, BENCH_DEFAULT},
};

#define STRUCT(label, where) \
    .name = (label), .storage = (where), .setup = setup, .teardown = teardown
#define KIND(label, where, prepare) \
    .name = (label), .storage = (where), .setup = (prepare), .teardown = teardown, .unswept = true

static const struct bench_variant variants[] = {
    {KIND("null", BENCH_INLINE, setup), .run = run_null},
    {KIND("ptr", BENCH_INLINE, setup), .run = run_ptr, .control = true},
    {KIND("type_switch", BENCH_INLINE, setup), .run = run_type_switch},
    {KIND("static_const", BENCH_STATIC, setup), .run = run_static_const, .work = "constant"},
    {KIND("zero_string", BENCH_STATIC, setup_zero_string), .run = run_string, .work = "empty",
     BENCH_CALLS("malloc free")},
    {KIND("string", BENCH_HEAP, setup_string), .run = run_string, .work = "string",
     .expect = expect_pairs, BENCH_CALLS("malloc free")},
    {KIND("slice", BENCH_HEAP, setup_slice), .run = run_slice, .work = "slice",
     .expect = expect_pairs, BENCH_CALLS("malloc free")},
    {STRUCT("struct_temp", BENCH_STACK), .run_for = temp_for},
    {STRUCT("struct_arena", BENCH_ARENA), .run_for = arena_for},
    {STRUCT("struct_pool", BENCH_POOL), .run_for = pool_for},
    {STRUCT("struct_malloc", BENCH_HEAP), .run_for = malloc_for, .expect = expect_pairs,
     BENCH_CALLS("malloc free")},
};

const struct bench_scenario bench_scenario = {
    .name = "box_any",
    .question = "What does it cost to put a value of any type behind one interface?",
    .touch = "the whole value, copied into the box; its first and last word, read by the method",
    .param = "size",
    .values = sizes,
    .value_count = BENCH_COUNT(sizes),
    .variants = variants,
    .variant_count = BENCH_COUNT(variants),
};
