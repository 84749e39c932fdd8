#include "explain/compiler.h"

#include "bench.h"
#include "error.h"
#include "explain/gimple.h"
#include "explain/llvm_ir.h"
#include "run/stop.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LIMIT_S = 300 /* for one run of a compiler; the largest files take a minute */ };

const char *compiler_name(enum compiler_kind kind)
{
    return kind == COMPILER_GCC ? "gcc" : "clang";
}

/* ---- Which compiler ---- */

int compiler_find(enum compiler_kind kind, const char *name, struct compiler *compiler,
                  struct error *error)
{
    *compiler = (struct compiler){.kind = kind, .path = tool_find(name)};
    if (compiler->path == NULL)
        return 0;
    struct words words = {.items = NULL};
    words_add(&words, compiler->path);
    if (kind == COMPILER_GCC)
        words_add(&words, "-dumpfullversion"); /* the other one may be 12 alone */
    words_add(&words, "-dumpversion");
    struct tool_result result;
    int code = tool_run(&words, NULL, LIMIT_S, &result, error);
    words_free(&words);
    if (code != 0)
        return -1;
    result.output[strcspn(result.output, "\n")] = '\0';
    if (stop_requested() != 0)
        code = error_set(error, "stopped");
    else if (result.exit_code != 0 || !isdigit((unsigned char)result.output[0]))
        code = error_set(error, "%s is no %s: it does not tell its version", compiler->path,
                         compiler_name(kind));
    compiler->version = check_strdup(result.output);
    compiler->major = (unsigned)strtoul(result.output, NULL, 10);
    tool_result_free(&result);
    return code;
}

void compiler_free(struct compiler *compiler)
{
    free(compiler->path);
    free(compiler->version);
    *compiler = (struct compiler){.path = NULL};
}

/* ---- Flags ---- */

/* Flags that say what to write, and those with a value in the next word. */
static bool is_left_out(const char *flag, bool *has_value)
{
    static const char *const with_value[] = {"-o",       "-MF",       "-MT",      "-MQ",      "-x",
                                             "--output", "-dumpbase", "-dumpdir", "-aux-info"};
    static const char *const whole[] = {"-c", "-S", "-E", "-w", "-fsyntax-only", "-###", "-v"};
    static const char *const beginnings[] = {"-M",      "-o",     "-Werror", "-save-temps", "-flto",
                                             "-fdump-", "-Wp,-M", "-x",      "-emit-llvm"};
    *has_value = false;
    for (size_t i = 0; i < BENCH_COUNT(with_value); i++)
        if (strcmp(flag, with_value[i]) == 0)
            return *has_value = true;
    for (size_t i = 0; i < BENCH_COUNT(whole); i++)
        if (strcmp(flag, whole[i]) == 0)
            return true;
    for (size_t i = 0; i < BENCH_COUNT(beginnings); i++)
        if (strncmp(flag, beginnings[i], strlen(beginnings[i])) == 0)
            return true;
    return false;
}

void compiler_flags(struct words *flags, const char *const *words, size_t count, const char *file)
{
    static const char *const takes_next[] = {
        "-I",         "-D",      "-U",     "-include",       "-imacros", "-isystem", "-iquote",
        "-idirafter", "-Xclang", "-mllvm", "-Xpreprocessor", "-target",  "--param",  "-isysroot"};
    for (size_t i = 0; i < count; i++) {
        bool has_value;
        if (is_left_out(words[i], &has_value)) {
            i += has_value ? 1 : 0;
            continue;
        }
        if (words[i][0] != '-' && file != NULL && strcmp(words[i], file) == 0)
            continue;
        words_add(flags, words[i]);
        for (size_t j = 0; j < BENCH_COUNT(takes_next) && i + 1 < count; j++)
            if (strcmp(words[i], takes_next[j]) == 0) {
                words_add(flags, words[++i]);
                break;
            }
    }
}

const char *compiler_level(const struct words *flags)
{
    const char *level = "-O2";
    for (size_t i = 0; i < flags->count; i++)
        if (strncmp(flags->items[i], "-O", 2) == 0)
            level = flags->items[i];
    return level;
}

char *compiler_input(const struct source *source, const char *scratch)
{
    bool plain = true;
    for (const char *at = source->file; *at != '\0'; at++)
        plain = plain && !iscntrl((unsigned char)*at);
    if (plain)
        return check_format("%s%s", source->file[0] == '-' ? "./" : "", source->file);
    char *const link = check_format("%s/source.c", scratch);
    const bool absolute = source->file[0] == '/';
    char *const here = absolute || source->directory != NULL ? NULL : getcwd(NULL, 0);
    const char *const directory = source->directory != NULL ? source->directory : here;
    char *const target =
        absolute ? check_strdup(source->file)
                 : check_format("%s/%s", directory != NULL ? directory : ".", source->file);
    const int ignored = symlink(target, link); /* if it fails the compiler says what is missing */
    (void)ignored;
    free(target);
    free(here);
    return link;
}

/* The compiler, the user's flags, and ours that both compilers know. */
static void begin_command(const struct compiler *compiler, const struct source *source,
                          const char *input, struct words *words)
{
    words_add(words, compiler->path);
    words_add_all(words, &source->flags);
    words_add(words, compiler_level(&source->flags));
    words_add(words, "-g");
    words_add(words, "-fno-lto");
    words_add(words, "-Wno-error");
    if (strcmp(input, source->file) !=
        0) { /* a link elsewhere: what is beside it is beside the file */
        char *const directory = check_strdup(source->file);
        char *const slash = strrchr(directory, '/');
        if (slash != NULL)
            slash[slash == directory ? 1 : 0] = '\0';
        words_add(words, "-iquote");
        words_add(words, slash != NULL ? directory : ".");
        free(directory);
    }
}

static void end_command(struct words *words, const char *input)
{
    words_add(words, "-x");
    words_add(words, "c");
    words_add(words, input);
}

/* ---- gcc ---- */

static void read_dump(const char *scratch, const char *name, const char *input,
                      struct flow_unit *unit)
{
    char *const path = check_format("%s/%s", scratch, name);
    char *const text = tool_read_file(path);
    if (text != NULL)
        gimple_read(unit, text, input);
    free(text);
    free(path);
}

static void read_file_with(const char *scratch, const char *name,
                           void (*read)(struct compiled *, struct text_pool *, const char *),
                           struct compiled *compiled, struct text_pool *pool)
{
    char *const path = check_format("%s/%s", scratch, name);
    char *const text = tool_read_file(path);
    if (text != NULL)
        read(compiled, pool, text);
    free(text);
    free(path);
}

static void take_modref(struct compiled *compiled, struct text_pool *pool, const char *text)
{
    (void)pool;
    struct flow_unit *const units[] = {&compiled->before, &compiled->early, &compiled->late,
                                       &compiled->after};
    for (size_t i = 0; i < BENCH_COUNT(units); i++)
        modref_read(units[i], text);
}

static void take_frames(struct compiled *compiled, struct text_pool *pool, const char *text)
{
    frames_read(&compiled->frames, pool, text);
}

static int run_gcc(const struct compiler *compiler, const struct source *source, const char *input,
                   const char *scratch, struct text_pool *pool, struct compiled *compiled,
                   struct error *error)
{
    /* The early inliner's dump is the last before the first pass that removes calls; `ccp2` is the
     * first pass with a dump after inlining over the whole file. Where there is no such pass (-O0),
     * there is no such file. */
    static const char *const passes[] = {"ssa", "einline", "ccp2", "optimized"};
    struct flow_unit *const units[] = {&compiled->before, &compiled->early, &compiled->late,
                                       &compiled->after};
    struct words words = {.items = NULL};
    begin_command(compiler, source, input, &words);
    for (size_t i = 0; i < BENCH_COUNT(passes); i++)
        words_addf(&words, "-fdump-tree-%s-lineno=%s/%s", passes[i], scratch, passes[i]);
    if (compiler->major >= 12) { /* before, its flags had other names */
        words_addf(&words, "-fdump-ipa-modref-details=%s/modref", scratch);
        words_addf(&words, "-fdump-tree-modref2=%s/modref2", scratch);
        words_add(&words, "-Wdangling-pointer");
    }
    words_add(&words, "-Wreturn-local-addr");
    words_add(&words, "-fno-diagnostics-show-caret");
    words_add(&words, "-fdiagnostics-color=never");
    words_add(&words, "-fstack-usage");
    words_add(&words, "-c");
    words_add(&words, "-o");
    words_addf(&words, "%s/gcc.o", scratch);
    end_command(&words, input);
    struct tool_result result;
    const int code = tool_run(&words, source->directory, LIMIT_S, &result, error);
    words_free(&words);
    if (code != 0)
        return -1;
    compiled->ok = result.exit_code == 0;
    if (compiled->ok) {
        for (size_t i = 0; i < BENCH_COUNT(passes); i++)
            read_dump(scratch, passes[i], input, units[i]);
        read_file_with(scratch, "modref", take_modref, compiled, pool);
        read_file_with(scratch, "modref2", take_modref, compiled, pool);
        read_file_with(scratch, "gcc.su", take_frames, compiled, pool);
        warnings_read(&compiled->warnings, pool, result.said);
    } else {
        compiled->said = check_strdup(result.timed_out ? "no answer in time" : result.said);
    }
    tool_result_free(&result);
    return 0;
}

/* ---- clang ---- */

enum clang_pass { BEFORE, AFTER, MOVED, FRAMES, CLANG_PASSES };

static void make_clang_command(const struct compiler *compiler, const struct source *source,
                               const char *input, const char *scratch, enum clang_pass pass,
                               struct words *words)
{
    begin_command(compiler, source, input, words);
    words_add(words, "-fno-caret-diagnostics");
    words_add(words, "-fno-color-diagnostics");
    words_add(words, "-fno-discard-value-names");
    if (pass == FRAMES) {
        words_add(words, "-fstack-usage");
        words_add(words, "-c");
        words_add(words, "-o");
        words_addf(words, "%s/clang.o", scratch);
    } else {
        words_add(words, "-S");
        words_add(words, "-emit-llvm");
        words_add(words, "-o");
        words_add(words, "-");
    }
    if (pass == BEFORE) {
        words_add(words, "-Xclang");
        words_add(words, "-disable-llvm-passes");
    } else if (pass == MOVED) {
        words_add(words, "-mllvm");
        words_add(words, "-attributor-enable=all");
    }
    end_command(words, input);
}

static int run_clang(const struct compiler *compiler, const struct source *source,
                     const char *input, const char *scratch, struct text_pool *pool,
                     struct compiled *compiled, struct error *error)
{
    struct words commands[CLANG_PASSES] = {{.items = NULL}};
    struct tool_result results[CLANG_PASSES];
    for (int i = 0; i < CLANG_PASSES; i++)
        make_clang_command(compiler, source, input, scratch, (enum clang_pass)i, &commands[i]);
    const long processors = sysconf(_SC_NPROCESSORS_ONLN);
    const int code = tool_run_all(commands, CLANG_PASSES, source->directory,
                                  processors > 1 ? (size_t)processors : 1, LIMIT_S, results, error);
    compiled->ok = code == 0 && results[BEFORE].exit_code == 0 && results[AFTER].exit_code == 0;
    if (compiled->ok) {
        llvm_ir_read(&compiled->before, results[BEFORE].output);
        llvm_ir_read(&compiled->after, results[AFTER].output);
        compiled->has_moved = results[MOVED].exit_code == 0;
        if (compiled->has_moved)
            llvm_ir_read(&compiled->moved, results[MOVED].output);
        read_file_with(scratch, "clang.su", take_frames, compiled, pool);
        warnings_read(&compiled->warnings, pool, results[AFTER].said);
    } else if (code == 0) {
        const struct tool_result *const failed =
            results[AFTER].exit_code != 0 ? &results[AFTER] : &results[BEFORE];
        compiled->said = check_strdup(failed->timed_out      ? "no answer in time"
                                      : failed->said == NULL ? ""
                                                             : failed->said);
    }
    for (int i = 0; i < CLANG_PASSES; i++) {
        words_free(&commands[i]);
        tool_result_free(&results[i]);
    }
    return code;
}

int compiler_run(const struct compiler *compiler, const struct source *source, const char *scratch,
                 struct text_pool *pool, struct compiled *compiled, struct error *error)
{
    *compiled = (struct compiled){.ok = false};
    struct flow_unit *const units[] = {&compiled->before, &compiled->early, &compiled->late,
                                       &compiled->after, &compiled->moved};
    for (size_t i = 0; i < BENCH_COUNT(units); i++)
        units[i]->pool = pool;
    char *const input = compiler_input(source, scratch);
    int code = compiler->kind == COMPILER_GCC
                   ? run_gcc(compiler, source, input, scratch, pool, compiled, error)
                   : run_clang(compiler, source, input, scratch, pool, compiled, error);
    free(input);
    if (code == 0 && stop_requested() != 0)
        code = error_set(error, "stopped");
    return code;
}

void compiled_free(struct compiled *compiled)
{
    flow_free(&compiled->before);
    flow_free(&compiled->early);
    flow_free(&compiled->late);
    flow_free(&compiled->after);
    flow_free(&compiled->moved);
    free(compiled->frames.items);
    free(compiled->warnings.items);
    free(compiled->said);
    *compiled = (struct compiled){.ok = false};
}
