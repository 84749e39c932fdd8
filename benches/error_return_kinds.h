/*
 * Kinds of errors: how each is made, told from none, wrapped, read and given back. For the scenario
 * that error_return.c describes, which includes it once.
 */
#ifndef ALLOCOST_ERROR_RETURN_KINDS_H
#define ALLOCOST_ERROR_RETURN_KINDS_H

#include "arena.h"
#include "bench.h"
#include "intfmt.h"
#include "keep.h"
#include "pool.h"

#include <string.h>

enum {
    CODES = 4,      /* 1 to 4; 0 is none */
    CODE_SHIFT = 8, /* of a failing input's code; below it are bits that are drawn as well */
    DIGITS = 8      /* of the number in a text */
};

static const uint64_t fails = UINT64_C(1) << 63; /* set in an input that fails */

struct failure {
    uint64_t code;
    const char *message;
};

/* An object of a chain. The text is its own. */
struct wrapped {
    uint32_t code;
    uint32_t length; /* of the text, without its terminator */
    char *text;
    struct wrapped *cause; /* that this one wraps; NULL: none */
};

struct state {
    struct pool pool;
    struct arena arena;
    uint64_t inputs[BENCH_INPUTS];
};

static const struct failure failures[CODES + 1] = {
    {0, ""}, {1, "no such file"}, {2, "permission denied"}, {3, "try again"}, {4, "out of range"},
};

static _Thread_local struct failure last_error;

BODY uint64_t code_of(uint64_t input)
{
    return 1 + (input >> CODE_SHIFT) % CODES;
}

BODY uint64_t read_error(uint64_t code, const char *message)
{
    return 5 * code + (unsigned char)message[0];
}

/*
 * ---- Errors of one object or none ----
 *
 * For each kind: its type, what there is without an error, whether there is one, how the last
 * function makes it and how the caller reads it and gives it back.
 */

typedef int errno_int;
#define NONE_errno_int 0
#define FAILED_errno_int(error) ((error) != 0)
BODY errno_int make_errno_int(struct state *state, uint64_t input)
{
    (void)state;
    return (int)code_of(input);
}
BODY uint64_t take_errno_int(struct state *state, errno_int error)
{
    (void)state;
    return read_error((uint64_t)error, failures[error].message);
}

typedef const struct failure *sentinel_ptr;
#define NONE_sentinel_ptr NULL
#define FAILED_sentinel_ptr(error) ((error) != NULL)
BODY sentinel_ptr make_sentinel_ptr(struct state *state, uint64_t input)
{
    (void)state;
    return &failures[code_of(input)];
}
BODY uint64_t take_sentinel_ptr(struct state *state, sentinel_ptr error)
{
    (void)state;
    return read_error(error->code, error->message);
}

typedef struct failure struct_value;
#define NONE_struct_value ((struct failure){0, NULL})
#define FAILED_struct_value(error) ((error).code != 0)
BODY struct_value make_struct_value(struct state *state, uint64_t input)
{
    (void)state;
    return failures[code_of(input)];
}
BODY uint64_t take_struct_value(struct state *state, struct_value error)
{
    (void)state;
    return read_error(error.code, error.message);
}

typedef bool tls_last_error;
#define NONE_tls_last_error false
#define FAILED_tls_last_error(error) (error)
BODY tls_last_error make_tls_last_error(struct state *state, uint64_t input)
{
    (void)state;
    last_error = failures[code_of(input)];
    return true;
}
BODY uint64_t take_tls_last_error(struct state *state, tls_last_error error)
{
    (void)state, (void)error;
    return read_error(last_error.code, last_error.message);
}

typedef struct failure *heap_error;
#define NONE_heap_error NULL
#define FAILED_heap_error(error) ((error) != NULL)
BODY heap_error make_heap_error(struct state *state, uint64_t input)
{
    (void)state;
    struct failure *const error = malloc(sizeof *error);
    bench_require(error);
    *error = failures[code_of(input)];
    return error;
}
BODY uint64_t take_heap_error(struct state *state, heap_error error)
{
    (void)state;
    const uint64_t sum = read_error(error->code, error->message);
    free(error);
    return sum;
}

typedef struct failure *pool_error;
#define NONE_pool_error NULL
#define FAILED_pool_error(error) ((error) != NULL)
BODY pool_error make_pool_error(struct state *state, uint64_t input)
{
    struct failure *const error = pool_get(&state->pool);
    bench_require(error);
    *error = failures[code_of(input)];
    return error;
}
BODY uint64_t take_pool_error(struct state *state, pool_error error)
{
    const uint64_t sum = read_error(error->code, error->message);
    pool_put(&state->pool, error);
    return sum;
}

/* ---- Errors that are chains ---- */

enum home { HEAP, ARENA };

BODY void *get(enum home home, struct state *state, size_t size)
{
    void *const block =
        home == HEAP ? malloc(size) : arena_alloc(&state->arena, size, _Alignof(struct wrapped));
    bench_require(block);
    return block;
}

/* The text: the number of the input, a colon and what there was before. */
BODY struct wrapped *wrap(enum home home, struct state *state, uint64_t input, const char *before,
                          size_t before_length, struct wrapped *cause)
{
    static const char between[2] = ": ";
    struct wrapped *const error = get(home, state, sizeof *error);
    const size_t length = DIGITS + sizeof between + before_length;
    error->code = (uint32_t)code_of(input);
    error->length = (uint32_t)length;
    error->text = get(home, state, length + 1);
    error->cause = cause;
    intfmt_swar(error->text, 10000000 + (int32_t)(input % 90000000));
    memcpy(error->text + DIGITS, between, sizeof between);
    memcpy(error->text + DIGITS + sizeof between, before, before_length + 1);
    return error;
}

typedef struct wrapped *wrapped_call(struct state *state, uint64_t input, uint64_t *result);

BODY struct wrapped *start(enum home home, struct state *state, uint64_t input, uint64_t *result)
{
    if (input & fails) {
        const char *const message = failures[code_of(input)].message;
        return wrap(home, state, input, message, strlen(message), NULL);
    }
    *result = input;
    return NULL;
}

BODY struct wrapped *go_on(enum home home, bool wraps, wrapped_call *call, struct state *state,
                           uint64_t input, uint64_t *result)
{
    struct wrapped *const error = call(state, input, result);
    if (error != NULL)
        return wraps ? wrap(home, state, input, error->text, error->length, error) : error;
    *result = 3 * *result + input;
    return NULL;
}

BODY uint64_t take_wrapped(enum home home, struct wrapped *error)
{
    uint64_t sum = 0;
    while (error != NULL) {
        struct wrapped *const cause = error->cause;
        sum += read_error(error->code, error->text) + error->length;
        if (home == HEAP) {
            free(error->text);
            free(error);
        }
        error = cause;
    }
    return sum;
}

BODY uint64_t loop_wrapped(enum home home, wrapped_call *call, struct state *state,
                           uint64_t iterations)
{
    uint64_t sum = 0;
    for (uint64_t i = 0; i < iterations; i++) {
        KEEP_PTR(state); /* or one mark, taken before the loop, serves for all */
        struct arena_mark mark = {0};
        if (home == ARENA)
            mark = arena_mark(&state->arena);
        uint64_t result;
        struct wrapped *const error = call(state, state->inputs[i % BENCH_INPUTS], &result);
        sum += error != NULL ? take_wrapped(home, error) : result;
        if (home == ARENA)
            arena_release(&state->arena, mark);
    }
    return sum;
}

#endif
