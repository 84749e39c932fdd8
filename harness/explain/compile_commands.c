#include "explain/compile_commands.h"

#include "data/text.h"
#include "error.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

/* ---- The words of a command ---- */

static void add_char(char **word, size_t *length, char c)
{
    *word = check_realloc(*word, *length + 2, 1);
    (*word)[(*length)++] = c;
    (*word)[*length] = '\0';
}

int command_split(const char *command, struct words *words)
{
    char *word = NULL;
    size_t length = 0;
    char quote = '\0';
    for (const char *at = command;; at++) {
        if (*at == '\0' || (quote == '\0' && strchr(" \t\n", *at) != NULL)) {
            if (word != NULL)
                words_add(words, word);
            free(word);
            word = NULL;
            length = 0;
            if (*at == '\0')
                return quote == '\0' ? 0 : -1;
        } else if (quote == '\0' && (*at == '\'' || *at == '"')) {
            quote = *at;
            word = check_realloc(word, length + 1, 1); /* '' is a word too */
            word[length] = '\0';
        } else if (*at == quote) {
            quote = '\0';
        } else if (*at == '\\' && at[1] != '\0' &&
                   (quote == '\0' || (quote == '"' && strchr("\"\\$`", at[1]) != NULL))) {
            add_char(&word, &length, *++at);
        } else {
            add_char(&word, &length, *at);
        }
    }
}

/* ---- The file ---- */

static bool is_c(const char *file)
{
    const size_t length = strlen(file);
    return length > 2 && strcmp(file + length - 2, ".c") == 0;
}

/* "arguments" as they are, or "command" split. */
static int read_words(const json_t *entry, size_t index, struct words *words, struct error *error)
{
    const json_t *const arguments = json_object_get(entry, "arguments");
    const json_t *const command = json_object_get(entry, "command");
    if (json_is_array(arguments)) {
        for (size_t i = 0; i < json_array_size(arguments); i++) {
            const json_t *const word = json_array_get(arguments, i);
            if (!json_is_string(word))
                return error_set(error, "entry %zu: \"arguments\" holds what is no string", index);
            words_add(words, json_string_value(word));
        }
        return 0;
    }
    if (!json_is_string(command))
        return error_set(error, "entry %zu has neither \"arguments\" nor \"command\"", index);
    if (command_split(json_string_value(command), words) != 0)
        return error_set(error, "entry %zu: a quote in \"command\" is not closed", index);
    return 0;
}

static int read_entry(const json_t *entry, size_t index, struct compile_commands *commands,
                      struct error *error)
{
    const json_t *const file = json_object_get(entry, "file");
    const json_t *const directory = json_object_get(entry, "directory");
    if (!json_is_string(file) || !json_is_string(directory))
        return error_set(error, "entry %zu has no \"file\" or no \"directory\"", index);
    struct words words = {.items = NULL};
    if (read_words(entry, index, &words, error) != 0) {
        words_free(&words);
        return -1;
    }
    if (!is_c(json_string_value(file))) {
        commands->other++;
    } else {
        commands->sources =
            check_realloc(commands->sources, commands->count + 1, sizeof *commands->sources);
        struct source *const source = &commands->sources[commands->count++];
        *source =
            (struct source){.file = text_intern(commands->pool, json_string_value(file)),
                            .directory = text_intern(commands->pool, json_string_value(directory))};
        if (words.count > 0) /* the first word is the compiler */
            compiler_flags(&source->flags, (const char *const *)words.items + 1, words.count - 1,
                           source->file);
    }
    words_free(&words);
    return 0;
}

int compile_commands_read(const char *path, struct compile_commands *commands, struct error *error)
{
    *commands = (struct compile_commands){.pool = text_pool_new()};
    json_error_t problem;
    json_t *const root = json_load_file(path, JSON_REJECT_DUPLICATES, &problem);
    if (root == NULL) {
        compile_commands_free(commands);
        if (problem.line > 0)
            return error_set(error, "%s:%d:%d: %s", path, problem.line, problem.column,
                             problem.text);
        return error_set(error, "%s", problem.text);
    }
    int code = 0;
    if (!json_is_array(root))
        code = error_set(error, "%s is no array of commands", path);
    for (size_t i = 0; i < json_array_size(root) && code == 0; i++)
        if (read_entry(json_array_get(root, i), i, commands, error) != 0)
            code = error_wrap(error, "%s", path);
    if (code == 0 && commands->count == 0)
        code = error_set(error, "%s names no C file", path);
    json_decref(root);
    if (code != 0)
        compile_commands_free(commands);
    return code;
}

void compile_commands_free(struct compile_commands *commands)
{
    for (size_t i = 0; i < commands->count; i++)
        words_free(&commands->sources[i].flags);
    free(commands->sources);
    text_pool_free(commands->pool);
    *commands = (struct compile_commands){.sources = NULL};
}
