/*
 * The ways to ask an allocator for a setting, and what they share. For setting*.c only.
 *
 * A way returns true when *out is its answer, and false when it has none: then what is true of any
 * allocator is looked for.
 */
#ifndef ALLOCOST_SETTING_WAYS_H
#define ALLOCOST_SETTING_WAYS_H

#include "provider.h"
#include "setting.h"

#include <stdbool.h>
#include <stddef.h>

/* What is to be proved, and how this process can be started again. */
struct setting_question {
    char name[128];    /* of the variable */
    const char *value; /* as in the environment */
    const struct provider *provider;
    const char *const *again;
};

bool setting_glibc(const struct setting_question *question, struct setting_proof *out);
bool setting_jemalloc(const struct setting_question *question, struct setting_proof *out);
bool setting_mimalloc(const struct setting_question *question, struct setting_proof *out);
bool setting_tcmalloc(const struct setting_question *question, struct setting_proof *out);

/* Fills *out. Returns true. */
bool setting_answer(struct setting_proof *out, enum setting_state state, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The address of a symbol of the provider's library, or NULL. */
void *setting_symbol(const struct provider *provider, const char *symbol);

/* Whether the texts are the same whole number, in the base that each begins with; *valid tells
 * whether both are numbers. */
bool setting_same_number(const char *asked, const char *told, bool *valid);

/* Environment of a process started again: this one's, without and with some more. */
struct setting_environment {
    const char *without; /* name of a variable to leave out; NULL: none */
    const char *with;    /* VARIABLE=VALUE in addition; NULL: none */
};

/*
 * Starts a program and reads what it writes to one of its standard streams (1 or 2); the other goes
 * to /dev/null, and what is beyond the room is passed over. Returns 0, or -1 when it could not be
 * started.
 */
int setting_run(const char *const arguments[], const struct setting_environment *environment,
                int stream, char *text, size_t room);

/* Calls through a pointer that dlsym gave: the union is how POSIX lets it become a function. */
#define SETTING_FUNCTION(address, type) \
    (((union {                          \
         void *data;                    \
         type *code;                    \
     }){.data = (address)})             \
         .code)

#endif
