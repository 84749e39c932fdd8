/* Options of every kind, in both forms, among other arguments; and what is refused. */
#include "check.h"
#include "cli/options.h"
#include "error.h"

#include <limits.h>
#include <stdbool.h>

/* What the options below are read into. */
struct values {
    bool flag;
    const char *text;
    unsigned count;
    int index;
    uint64_t seed;
    double duration_s;
    double share;
    struct option_counts counts;
};

static struct values values;
static struct error error;
static char rest[256]; /* the operands, each with ';' behind it */

static const struct option_spec specs[] = {
    {"all", OPTION_FLAG, &values.flag, NULL, "everything"},
    {"out", OPTION_TEXT, &values.text, "DIR", "where"},
    {"rounds", OPTION_COUNT, &values.count, "N", "how many"},
    {"cpu", OPTION_INDEX, &values.index, "N", "which"},
    {"seed", OPTION_SEED, &values.seed, "N", "of choices"},
    {"budget", OPTION_DURATION, &values.duration_s, "TIME", "how long"},
    {"precision", OPTION_PERCENT, &values.share, "SHARE", "how well"},
    {"threads", OPTION_COUNTS, &values.counts, "LIST", "on how many"},
};

enum { SPEC_COUNT = sizeof specs / sizeof *specs, ARGUMENTS_MOST = 16 };

/* Parses the arguments, which end with NULL. */
static int parse(const char *const *arguments)
{
    char *argv[ARGUMENTS_MOST];
    int argc = 0;
    while (arguments[argc] != NULL) {
        argv[argc] = (char *)(uintptr_t)arguments[argc];
        argc++;
    }
    values = (struct values){.text = "unset", .index = -1};
    error.text[0] = rest[0] = '\0';
    struct operands operands;
    const int result = options_parse(argc, argv, specs, SPEC_COUNT, &operands, &error);
    size_t used = 0;
    for (size_t i = 0; i < operands.count; i++)
        used += (size_t)snprintf(rest + used, sizeof rest - used, "%s;", operands.items[i]);
    free(operands.items);
    EXPECT_INT(result < 0, error.text[0] != '\0');
    return result;
}

#define PARSE(...) parse((const char *const[]){__VA_ARGS__, NULL})

static void test_kinds(void)
{
    EXPECT_INT(PARSE("--all", "--out", "a dir", "--rounds", "12", "--cpu", "0", "--seed",
                     "18446744073709551615", "--budget", "1m30s", "--precision", "2%"),
               0);
    EXPECT(values.flag);
    EXPECT_STR(values.text, "a dir");
    EXPECT_INT(values.count, 12);
    EXPECT_INT(values.index, 0);
    EXPECT(values.seed == UINT64_MAX);
    EXPECT_NEAR(values.duration_s, 90.0, 0);
    EXPECT_NEAR(values.share, 0.02, 1e-15);
    EXPECT_STR(rest, "");
    /* The other form, with its empty value and with another '='. */
    EXPECT_INT(PARSE("--out=a=b", "--rounds=1", "--cpu=2147483647", "--seed=0", "--budget=5",
                     "--precision=0.5"),
               0);
    EXPECT_STR(values.text, "a=b");
    EXPECT_INT(values.count, 1);
    EXPECT_INT(values.index, INT_MAX);
    EXPECT(values.seed == 0);
    EXPECT_NEAR(values.duration_s, 5.0, 0);
    EXPECT_NEAR(values.share, 0.005, 1e-15);
    EXPECT_INT(PARSE("--out="), 0);
    EXPECT_STR(values.text, "");
    /* The last one counts; a value may look like an option. */
    EXPECT_INT(PARSE("--out", "--all", "--seed=1", "--seed=2"), 0);
    EXPECT_STR(values.text, "--all");
    EXPECT(!values.flag && values.seed == 2);
    EXPECT_INT(parse((const char *const[]){NULL}), 0);
    EXPECT_STR(values.text, "unset");
}

static void test_counts(void)
{
    EXPECT_INT(PARSE("--threads", "4"), 0);
    EXPECT(values.counts.count == 1 && values.counts.items[0] == 4);
    EXPECT_INT(PARSE("--threads=1,2,1000000"), 0);
    EXPECT(values.counts.count == 3 && values.counts.items[0] == 1);
    EXPECT(values.counts.items[1] == 2 && values.counts.items[2] == 1000000);
    EXPECT_INT(PARSE("--threads=1,2", "--threads=8"), 0);
    EXPECT(values.counts.count == 1 && values.counts.items[0] == 8);
    char longest[2 * OPTION_COUNTS_MOST + 3] = "7";
    for (unsigned i = 1; i < OPTION_COUNTS_MOST; i++)
        strcat(longest, ",7");
    EXPECT_INT(PARSE("--threads", longest), 0);
    EXPECT_INT(values.counts.count, OPTION_COUNTS_MOST);
    strcat(longest, ",7");
    EXPECT_INT(PARSE("--threads", longest), -1);
}

static void test_durations(void)
{
    static const struct {
        const char *text;
        double s;
    } right[] = {{"45s", 45}, {"5m", 300}, {"1h", 3600}, {"1h2m3s", 3723}, {"2.5m", 150},
                 {".5", 0.5}, {"90", 90},  {"0m1s", 1},  {"0010", 10}};
    for (size_t i = 0; i < sizeof right / sizeof *right; i++) {
        EXPECT_INT(PARSE("--budget", right[i].text), 0);
        EXPECT_NEAR(values.duration_s, right[i].s, 1e-12);
    }
    static const char *const wrong[] = {"",    "soon", "-5",  "0",   "0s",   "5x",   "5ms", " 5",
                                        "5 s", "inf",  "nan", "1e9", "0x10", "+5",   "s",   "5m-1s",
                                        "1s2", "1m30", ".",   "1..", "m",    "1e400"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        char expected[128];
        snprintf(expected, sizeof expected,
                 "--budget takes a time such as 45s, 5m or 1m30s, not '%s'", wrong[i]);
        EXPECT_INT(PARSE("--budget", wrong[i]), -1);
        EXPECT_STR(error.text, expected);
        EXPECT(values.duration_s == 0.0);
    }
}

static void test_wrong_values(void)
{
    static const struct {
        const char *option;
        const char *words;
        const char *values[12];
    } wrong[] = {
        {"--rounds",
         "--rounds takes a whole number from 1 to 1000000, not",
         {"0", "-1", "", "2x", "1.5", " 1", "+1", "0x1", "1000001", "99999999999999999999"}},
        {"--cpu", "--cpu takes a whole number, not", {"-1", "", "x", "2147483648", "1.0", " 0"}},
        {"--seed",
         "--seed takes a whole number, not",
         {"-1", "", "x", "18446744073709551616", "1 "}},
        {"--threads",
         "--threads takes whole numbers with commas between, such as 1,2,4, not",
         {"0", "", ",", "1,", ",1", "1,,2", "1, 2", "x", "1;2", "1000001", "1,-2",
          "1,99999999999999999999"}},
        {"--precision",
         "--precision takes a share such as 2%, not",
         {"0", "0%", "100", "100%", "200%", "-2", "", "%", "2%%", "2 %", "nan", "inf"}},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        for (size_t j = 0; j < 12 && wrong[i].values[j] != NULL; j++) {
            EXPECT_INT(PARSE(wrong[i].option, wrong[i].values[j]), -1);
            EXPECT(strncmp(error.text, wrong[i].words, strlen(wrong[i].words)) == 0);
            if (strstr(error.text, wrong[i].values[j]) == NULL)
                EXPECT_STR(error.text, wrong[i].values[j]);
        }
    EXPECT_INT(PARSE("--rounds", "1000000"), 0);
    EXPECT_INT(values.count, 1000000);
}

static void test_operands(void)
{
    EXPECT_INT(PARSE("first", "--all", "second", "-", "--seed", "3", ""), 0);
    EXPECT_STR(rest, "first;second;-;;");
    EXPECT(values.flag && values.seed == 3);
    EXPECT_INT(PARSE("a", "--", "--all", "--", "--nonsense", "-x", "--help"), 0);
    EXPECT_STR(rest, "a;--all;--;--nonsense;-x;--help;");
    EXPECT(!values.flag);
    /* Where a value is due, `--` is that value. */
    EXPECT_INT(PARSE("--out", "--", "--all"), 0);
    EXPECT_STR(values.text, "--");
    EXPECT(values.flag);
}

static void test_refused(void)
{
    EXPECT_INT(PARSE("--budgte", "5m"), -1);
    EXPECT_STR(error.text, "unknown option --budgte; did you mean --budget?");
    EXPECT_INT(PARSE("--budgte=5m"), -1);
    EXPECT_STR(error.text, "unknown option --budgte; did you mean --budget?");
    EXPECT_INT(PARSE("--hlep"), -1);
    EXPECT_STR(error.text, "unknown option --hlep; did you mean --help?");
    EXPECT_INT(PARSE("--round=2"), -1); /* the beginning of a name is not the name */
    EXPECT_STR(error.text, "unknown option --round; did you mean --rounds?");
    EXPECT_INT(PARSE("--something"), -1);
    EXPECT_STR(error.text, "unknown option --something; --help shows all");
    EXPECT_INT(PARSE("--=x"), -1);
    EXPECT_STR(error.text, "unknown option --; --help shows all");
    EXPECT_INT(PARSE("-a"), -1);
    EXPECT_STR(error.text, "unknown option -a; --help shows all");
    EXPECT_INT(PARSE("--out"), -1);
    EXPECT_STR(error.text, "--out needs a value: DIR");
    EXPECT_INT(PARSE("x", "--seed"), -1);
    EXPECT_STR(error.text, "--seed needs a value: N");
    EXPECT_INT(PARSE("--all=yes"), -1);
    EXPECT_STR(error.text, "--all takes no value");
    EXPECT_INT(PARSE("--all="), -1);
    EXPECT_STR(error.text, "--all takes no value");
}

static void test_help(void)
{
    EXPECT_INT(PARSE("--help"), 1);
    EXPECT_INT(PARSE("-h"), 1);
    EXPECT_INT(PARSE("x", "--seed", "1", "--help", "--nonsense"), 1);
    EXPECT_INT(PARSE("--nonsense", "--help"), -1);
    EXPECT_INT(PARSE("--out", "--help"), 0);
}

int main(void)
{
    test_kinds();
    test_counts();
    test_durations();
    test_wrong_values();
    test_operands();
    test_refused();
    test_help();
    return check_result();
}
