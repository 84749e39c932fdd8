/* The reader of the tests: what is no JSON is none. */
#include "json.h"

#include "check.h"

static void test_json_reader(void)
{
    static const char *const wrong[] = {"",
                                        "{",
                                        "[1,]",
                                        "{\"a\":1,}",
                                        "[01]",
                                        "[1.]",
                                        "[.5]",
                                        "[NaN]",
                                        "[1 2]",
                                        "\"\x01\"",
                                        "'a'",
                                        "{\"a\" 1}",
                                        "[1]x",
                                        "\"\\x\"",
                                        "[1e]",
                                        "\"\xff\"",
                                        "{\"a\":1,\"a\":2}",
                                        "[-]",
                                        "tru"};
    static const char *const right[] = {"[]", "{}", " [1, -0.5e+3, \"\\\"\\\\\xc3\xa9\"] ",
                                        "{\"a\": {\"b\": [true, null]}}"};
    const char *fault;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        EXPECT(json_parse(wrong[i], &fault) == NULL);
    for (size_t i = 0; i < sizeof right / sizeof *right; i++) {
        struct json *const value = json_parse(right[i], &fault);
        EXPECT(value != NULL);
        json_free(value);
    }
}

int main(void)
{
    test_json_reader();
    return check_result();
}
