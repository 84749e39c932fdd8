/*
 * The program whose disassembly is recorded beside it, compiled freestanding at -O2 -fPIC and
 * linked with a shared object of empty allocator functions. It is not built by the project:
 *     aarch64.txt        clang 14, GNU ld and objdump 2.40
 *     x86_64.txt         gcc 12, the same, with -z lazy
 *     x86_64_no_plt.txt  gcc 12, the same, with -fno-plt
 *     x86_64_fixed.txt   gcc 12, the same, with -fno-pic -no-pie
 * Each file is what objdump -t, -R and -d --no-show-raw-insn print, one after the other.
 */
typedef unsigned long word;
void *malloc(word);
void *calloc(word, word);
void free(void *);
char *strdup(const char *);
_Noreturn void abort(void);

#define KEEP(p) __asm__ volatile("" ::"r"(p) : "memory")
#define HIDE(v) __asm__("" : "+r"(v))
#define OUT_OF_LINE __attribute__((noinline, weak))

OUT_OF_LINE word release(void *p)
{
    free(p);
    return 1;
}

/* malloc by a branch, free through another function, the loop of its own */
word run_heap(void *s, word n)
{
    word sum = (word)s;
    for (word i = 0; i < n; i++) {
        word *p = malloc(16);
        if (__builtin_expect(!p, 0))
            abort();
        *p = i;
        KEEP(p);
        sum += *p;
        release(p);
    }
    return sum;
}

word run_nothing(void *s, word n)
{
    word sum = (word)s;
    for (word i = 0; i < n; i++) {
        sum += i;
        KEEP(sum);
    }
    return sum;
}

static __attribute__((noinline)) word callback(void *p)
{
    return (word)strdup(p);
}

OUT_OF_LINE word apply(word (*f)(void *), void *p)
{
    return f(p);
}

/* strdup, in a function whose address is taken */
word run_callback(void *s, word n)
{
    word sum = 0;
    for (word i = 0; i < n; i++)
        sum += apply(callback, s);
    return sum;
}

static void *(*const table[2])(word, word) = {calloc, 0};
static word (*const own_table[2])(void *) = {0, callback};

/* calloc, from a table of pointers */
word run_table(void *s, word n)
{
    void *(*const *t)(word, word) = table;
    HIDE(t);
    word sum = (word)s;
    for (word i = 0; i < n; i++)
        sum += (word)t[0](i, 1);
    return sum;
}

/* strdup, by a function of the program in a table of pointers */
word run_own_table(void *s, word n)
{
    word (*const *t)(void *) = own_table;
    HIDE(t);
    word sum = 0;
    for (word i = 0; i < n; i++)
        sum += t[1](s);
    return sum;
}

/* free, by its address */
word run_pointer(void *s, word n)
{
    void (*f)(void *) = free;
    HIDE(f);
    for (word i = 0; i < n; i++)
        f(s);
    return 0;
}

/* free by a tail call, and no loop */
word run_tail(void *s, word n)
{
    (void)n;
    return release(s);
}

/* free in a part that gcc moves away from the rest */
word run_cold(void *s, word n)
{
    word *words = s, sum = 0;
    for (word i = 0; i < n; i++) {
        if (__builtin_expect(words[i] == 0, 0)) {
            free(s);
            abort();
        }
        sum += words[i];
    }
    return sum;
}

static __attribute__((noinline)) word cloned(word *p, word k)
{
    for (word i = 0; i < k; i++)
        p[i] = (word)malloc(i);
    return p[0];
}

/* malloc in a clone for a constant argument, which has the loop too */
word run_clone(void *s, word n)
{
    return n + cloned(s, 400);
}

__attribute__((naked)) void run_empty(void)
{
    __asm__("ret");
}

int _start(void)
{
    run_empty();
    return (int)(run_heap(0, 1) + run_nothing(0, 1) + run_callback(0, 1) + run_table(0, 1) +
                 run_own_table(0, 1) + run_pointer(0, 1) + run_tail(0, 1) + run_cold(0, 1) +
                 run_clone(0, 1));
}
