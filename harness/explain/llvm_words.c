#include "explain/llvm_words.h"

#include "data/text.h"
#include "error.h"
#include "explain/scan.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

size_t llvm_name_length(const char *text)
{
    if (text[1] == '"') {
        const size_t length = (size_t)(scan_string_end(text + 1) - text);
        return length > 3 && text[length - 1] == '"' ? length : 1; /* one cut short is none */
    }
    size_t length = 1;
    while (isalnum((unsigned char)text[length]) ||
           (text[length] != '\0' && strchr("$._-", text[length]) != NULL))
        length++;
    return length;
}

const char *llvm_next_name(const char *text, const char *signs)
{
    while (*text != '\0') {
        if (strchr(signs, *text) != NULL && llvm_name_length(text) > 1)
            return text;
        text = *text == '"' ? scan_string_end(text) : text + 1;
    }
    return NULL;
}

static char digit_of(char c)
{
    return (char)(isdigit((unsigned char)c) ? c - '0' : toupper((unsigned char)c) - 'A' + 10);
}

/* The name without sign and quotes; the caller frees it. */
static char *plain_name(const char *name)
{
    const size_t quote = name[1] == '"';
    const char *const end = name + llvm_name_length(name) - quote;
    char *const plain = check_alloc((size_t)(end - name) + 1, 1);
    size_t length = 0;
    for (const char *at = name + 1 + quote; at < end; at++) {
        const bool escape = *at == '\\' && end - at > 2 && isxdigit((unsigned char)at[1]) &&
                            isxdigit((unsigned char)at[2]);
        plain[length++] = (char)(escape ? digit_of(at[1]) * 16 + digit_of(at[2]) : *at);
        at += escape ? 2 : 0;
    }
    plain[length] = '\0';
    return plain;
}

const char *llvm_plain_name(struct text_pool *pool, const char *name)
{
    char *const plain = plain_name(name);
    const char *const kept = text_intern(pool, plain);
    free(plain);
    return kept;
}

const char *llvm_user_name(struct text_pool *pool, const char *name)
{
    static const char suffix[] = ".addr";
    char *const plain = plain_name(name);
    const size_t length = strlen(plain), cut = sizeof suffix - 1;
    if (length > cut && strcmp(plain + length - cut, suffix) == 0)
        plain[length - cut] = '\0';
    const char *const kept = text_intern(pool, plain);
    free(plain);
    return kept;
}

static bool has_attribute(const char *text, const char *name)
{
    const size_t length = strlen(name);
    for (const char *at = text; (at = strstr(at, name)) != NULL; at++)
        if (at > text && at[-1] == ' ' && (at[length] == ' ' || at[length] == '\0'))
            return true;
    return false;
}

bool llvm_captures_nothing(const char *text)
{
    return has_attribute(text, "nocapture") || has_attribute(text, "captures(none)");
}

struct flow_parameter llvm_read_attributes(const char *text)
{
    /* Typed pointers, up to LLVM 16, end in `*`. */
    const bool copied = strstr(text, " byval(") != NULL || strstr(text, " sret(") != NULL;
    const bool captured = !copied && !llvm_captures_nothing(text);
    /* What is captured by another way than the result would stand in front of it. */
    const bool only_returned = strstr(text, " captures(ret:") != NULL;
    return (struct flow_parameter){
        .name = "",
        .pointer = !copied && (strncmp(text, "ptr", 3) == 0 || strchr(text, '*') != NULL),
        .known = true,
        .retained = captured && !only_returned,
        .returned = captured};
}
