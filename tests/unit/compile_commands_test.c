/* The words of a command line, and a database of them. */
#include "check.h"
#include "error.h"
#include "explain/compile_commands.h"
#include "scratch.h"

static const struct {
    const char *command;
    const char *words; /* a bar behind each */
    int result;
} splits[] = {
    {"cc -c a.c", "cc|-c|a.c|", 0},
    {"  cc\t-c\n ", "cc|-c|", 0},
    {"", "", 0},
    {"cc 'a b' \"c d\" e\\ f", "cc|a b|c d|e f|", 0},
    {"cc '' \"\"", "cc|||", 0},
    {"cc -D'X=\"1\"' -DY=\\\"2\\\"", "cc|-DX=\"1\"|-DY=\"2\"|", 0},
    {"cc \"a\\n\\\"\\\\\"", "cc|a\\n\"\\|", 0},
    {"cc 'a\\'", "cc|a\\|", 0},
    {"cc $(touch x) `y` ;z&", "cc|$(touch|x)|`y`|;z&|", 0},
    {"cc \"open", "cc|open|", -1},
    {"cc a\\", "cc|a\\|", 0},
};

static void test_split(void)
{
    for (size_t i = 0; i < sizeof splits / sizeof *splits; i++) {
        struct words words = {.items = NULL};
        char text[256] = "";
        EXPECT_INT(command_split(splits[i].command, &words), splits[i].result);
        for (size_t j = 0; j < words.count; j++)
            snprintf(text + strlen(text), sizeof text - strlen(text), "%s|", words.items[j]);
        EXPECT_STR(text, splits[i].words);
        words_free(&words);
    }
}

static int read_text(const char *text, struct compile_commands *commands, struct error *error)
{
    return compile_commands_read(scratch_write("commands.json", text, strlen(text)), commands,
                                 error);
}

static void test_read(void)
{
    struct compile_commands commands;
    struct error error = {.text = ""};
    const char text[] = "[{\"directory\": \"/d\", \"file\": \"a\\u00e4.c\", \"command\": "
                        "\"cc -O3 -c a\\u00e4.c -o x\"},"
                        "{\"directory\": \"/e\", \"file\": \"b.cc\", \"arguments\": []},"
                        "{\"directory\": \"/e\", \"file\": \"b.c\", \"arguments\": [\"cc\", \"-D "
                        "A\"], \"output\": 3}]";
    EXPECT_INT(read_text(text, &commands, &error), 0);
    EXPECT_INT(commands.count, 2);
    EXPECT_INT(commands.other, 1);
    EXPECT_STR(commands.sources[0].file, "a\xc3\xa4.c");
    EXPECT_STR(commands.sources[0].directory, "/d");
    EXPECT_INT(commands.sources[0].flags.count, 1);
    EXPECT_STR(commands.sources[0].flags.items[0], "-O3");
    EXPECT_STR(commands.sources[1].flags.items[0], "-D A");
    compile_commands_free(&commands);

    EXPECT_INT(compile_commands_read("/no/such/file.json", &commands, &error), -1);
    EXPECT(strstr(error.text, "/no/such/file.json") != NULL);
    EXPECT_INT(read_text("[{\"file\": \"a.c\", \"file\": \"b.c\"}]", &commands, &error), -1);
    EXPECT(strstr(error.text, "duplicate") != NULL);
    EXPECT_INT(read_text("[]x", &commands, &error), -1);
    EXPECT_INT(read_text("[{\"file\": \"a.c\", \"directory\": \"\xff\"}]", &commands, &error), -1);
    EXPECT(strstr(error.text, "commands.json:1:") != NULL);
}

int main(void)
{
    test_split();
    test_read();
    return check_result();
}
