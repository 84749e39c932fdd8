/*
 * What the dumps beside this file were recorded from, by gcc 12.2.0 and clang 14.0.6:
 *     gcc -O2 -g -c escapes.c -fdump-tree-ssa-lineno -fdump-tree-optimized-lineno
 *         -fdump-ipa-modref-details -fstack-usage
 *     clang -O2 -g -S -emit-llvm -fno-discard-value-names escapes.c
 */
#include <stdlib.h>

struct block {
    int words[10];
    struct block *next;
};

struct block *kept;
int look(const struct block *block);

struct block *make(int first)
{
    struct block *const block = malloc(sizeof *block);
    if (block != NULL)
        block->words[0] = first;
    return block;
}

int use(int first)
{
    struct block *const block = make(first);
    const int sum = look(block);
    free(block);
    return sum;
}

void keep(struct block **out, int count)
{
    int area[count];
    look((struct block *)area);
    kept = make(1);
    *out = make(2);
}

static void tie(struct block *block)
{
    block->next = block;
}

void loop(void)
{
    struct block *const block = make(3);
    tie(block);
    free(block);
}
