/* allocost list: scenarios, variants, parameters; allocators found and not found. */
#include "allocators.h"
#include "cli/command.h"
#include "cli/options.h"
#include "cli/paths.h"
#include "error.h"
#include "run/budget.h"
#include "run/plan.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool same_variant(const struct plan_cell *a, const struct plan_cell *b)
{
    return a->scenario == b->scenario && strcmp(a->id.variant, b->id.variant) == 0;
}

/* The numbers of threads that a variant's cells have, when these are not just one. */
static void print_threads(const struct plan *plan, size_t first, size_t end)
{
    unsigned printed = 1;
    for (;;) {
        unsigned next = UINT_MAX;
        for (size_t i = first; i < end; i++)
            if (plan->cells[i].id.threads > printed && plan->cells[i].id.threads < next)
                next = plan->cells[i].id.threads;
        if (next == UINT_MAX)
            return;
        if (printed == 1)
            printf("  threads:%s", plan->cells[first].id.threads == 1 ? " 1" : "");
        printf(" %u", next);
        printed = next;
    }
}

/* One line: the variant, its storage, its values and threads; a value in brackets is of a later
 * tier. */
static size_t print_variant(const struct plan *plan, size_t first)
{
    const struct plan_cell *const cell = &plan->cells[first];
    printf("  %-28s %-7s", cell->id.variant, cell->id.storage);
    size_t i = first;
    for (; i < plan->cell_count && same_variant(&plan->cells[i], cell); i++) {
        if (plan->cells[i].id.threads != cell->id.threads)
            continue; /* the value was printed with the first number */
        static const char *const forms[] = {" %s", " (%s)", " ((%s))"};
        const char *const value = plan->cells[i].id.value;
        printf(forms[plan->cells[i].tier], *value != '\0' ? value : "-");
    }
    print_threads(plan, first, i);
    if (cell->control)
        fputs("  control", stdout);
    if (*cell->skip != '\0')
        printf("  skipped: %s", cell->skip);
    putchar('\n');
    return i;
}

static void print_plan(const struct plan *plan)
{
    puts(
        "Scenarios: variant, storage, values. In a short budget the values in parentheses are left "
        "out,\nthose in double ones first. `control`: calls no allocator, measured under each for "
        "the "
        "noise floor.");
    for (size_t i = 0; i < plan->cell_count;) {
        const struct plan_scenario *const scenario = &plan->scenarios[plan->cells[i].scenario];
        if (i == 0 || plan->cells[i].scenario != plan->cells[i - 1].scenario)
            printf("\n%s: %s\n  touched: %s%s%s\n", scenario->name, scenario->question,
                   scenario->touch, *scenario->param != '\0' ? "; swept: " : "", scenario->param);
        i = print_variant(plan, i);
    }
}

/* The least budget, in whole seconds, that holds so much beside what is kept of it. */
static unsigned least_budget_s(double needed_s)
{
    unsigned budget_s = 1;
    while ((double)budget_s - budget_reserve_s(budget_s) < needed_s)
        budget_s++;
    return budget_s;
}

/* The rule by which a run chooses its cells, and what comes of it on this machine. */
static void print_rule(const struct plan *plan, const struct allocators *allocators)
{
    size_t usable = 0;
    for (size_t i = 0; i < allocators->count; i++)
        usable += allocators->items[i].why_not == NULL;
    printf(
        "\nWhat a run measures: every cell has a tier, and a run takes the tiers up to the last "
        "one "
        "of which\nits budget holds %d rounds. A round is one process for each cell, and for one "
        "on "
        "the heap and for a\ncontrol one under each allocator (%zu here). --budget is %.0fs unless "
        "given, --all takes every tier.\n\n"
        "  %-9s %-18s %6s %18s  %s\n",
        BUDGET_ROUNDS, usable, BUDGET_DEFAULT_S, "tier", "value stands as", "cells",
        "processes a round", "needs about");
    static const char *const forms[] = {"value", "(value)", "((value))"};
    size_t processes[BUDGET_TIERS];
    budget_count_processes(plan, usable, processes);
    enum bench_tier taken = BENCH_KEY;
    for (int tier = BENCH_KEY; tier <= BENCH_EXTENDED; tier++) {
        size_t cells = 0;
        for (size_t i = 0; i < plan->cell_count; i++)
            cells += plan->cells[i].selected && (int)plan->cells[i].tier <= tier &&
                     *plan->cells[i].skip == '\0';
        const unsigned budget_s =
            least_budget_s(budget_needed_s(processes[tier], (double)plan->start_ns));
        if (budget_s <= BUDGET_DEFAULT_S)
            taken = (enum bench_tier)tier;
        printf("  %-9s %-18s %6zu %18zu  --budget %us\n", plan_tier_name((enum bench_tier)tier),
               forms[tier], cells, processes[tier], budget_s);
    }
    printf("  each with those above it; without --budget a run here would end with the tier `%s`\n",
           plan_tier_name(taken));
}

static void print_allocators(const struct allocators *allocators)
{
    puts("\nAllocators:");
    for (size_t i = 0; i < allocators->count; i++) {
        const struct allocator *const allocator = &allocators->items[i];
        if (allocator->why_not == NULL)
            printf("  %-18s %s\n", allocator->name,
                   allocator->path != NULL ? allocator->path : "the process's own");
        else
            printf("  %-18s not here: %s; %s\n", allocator->name, allocator->why_not,
                   allocator->remedy);
        for (char **setting = allocator->settings; setting != NULL && *setting != NULL; setting++)
            printf("  %-18s   with %s\n", "", *setting);
    }
    puts(
        "  any other one is measured by --allocators glibc,NAME=/path/to/library.so, and one with\n"
        "  a setting of its own by 'NAME{VARIABLE=VALUE}' or 'LABEL=NAME{VARIABLE=VALUE}'");
}

static int list(const char *names, const struct operands *patterns, struct error *error)
{
    struct plan plan;
    struct allocators allocators;
    char *const programs = paths_programs(error);
    if (programs == NULL)
        return EXIT_FAILED;
    const int found = plan_discover(programs, &plan, error);
    free(programs);
    if (found != 0)
        return EXIT_FAILED;
    int code = EXIT_USAGE;
    if (plan_select(&plan, patterns->items, patterns->count, error) == 0 &&
        allocators_resolve(names, &allocators, error) == 0) {
        size_t kept = 0;
        for (size_t i = 0; i < plan.cell_count; i++)
            if (plan.cells[i].selected) {
                const struct plan_cell swapped = plan.cells[kept];
                plan.cells[kept++] = plan.cells[i];
                plan.cells[i] = swapped;
            }
        struct plan shown = plan;
        shown.cell_count = kept;
        print_plan(&shown);
        print_allocators(&allocators);
        print_rule(&shown, &allocators);
        allocators_free(&allocators);
        code = EXIT_DONE;
        if (fflush(stdout) != 0 || ferror(stdout)) {
            error_set_errno(error, "cannot write to standard output");
            code = EXIT_FAILED;
        }
    }
    plan_free(&plan);
    return code;
}

static int run(int argc, char **argv)
{
    struct error error = {.text = ""};
    struct operands operands;
    const char *names = NULL;
    const struct option_spec specs[] = {
        {"allocators", OPTION_TEXT, &names, "LIST", "these allocators only, NAME or NAME=PATH"},
    };
    const int parsed = options_parse(argc, argv, specs, BENCH_COUNT(specs), &operands, &error);
    int code = EXIT_USAGE;
    if (parsed == 1) {
        puts("allocost list [PATTERN...]\n\nShows what there is to measure, and under which "
             "allocators.\n");
        options_print(specs, BENCH_COUNT(specs));
        code = EXIT_DONE;
    } else if (parsed == 0) {
        code = list(names, &operands, &error);
    }
    if (code != EXIT_DONE)
        fprintf(stderr, "allocost list: %s\n", error.text);
    free(operands.items);
    return code;
}

const struct command command_list = {
    .name = "list",
    .operands = "[PATTERN...]",
    .help = "scenarios, variants, parameters; allocators found and not found",
    .run = run,
};
