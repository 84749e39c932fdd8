/*
 * The example program (argument 1) builds, runs and prints what its text says.
 */
#include "check.h"

/* Runs the example with flags. Returns its exit code, and in `text` what it printed. */
static int run_example(const char *program, const char *flags, char *text, size_t size)
{
    char command[1024];
    snprintf(command, sizeof command, "'%s' %s 2>/dev/null", program, flags);
    FILE *const pipe = popen(command, "r");
    if (pipe == NULL)
        abort();
    text[fread(text, 1, size - 1, pipe)] = '\0';
    const int status = pclose(pipe);
    return status == -1 ? -1 : status >> 8;
}

int main(int argc, char **argv)
{
    static const char *const rows[] = {"fill_64", "copy/bytes:64", "copy/bytes:256",
                                       "copy/bytes:4096", "copy/bytes:16384"};
    char text[8192];
    if (argc != 2)
        return 2;
    EXPECT_INT(run_example(argv[1], "--benchmark_min_time=0.01", text, sizeof text), 0);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *const row = strstr(text, rows[i]);
        double time = 0;
        EXPECT(row != NULL);
        EXPECT(row != NULL && sscanf(row + strlen(rows[i]), "%lf ns", &time) == 1 && time > 0);
    }
    EXPECT(strstr(text, "both blocks in the cache") != NULL);
    EXPECT(strstr(text, "bytes_per_second=") != NULL);

    EXPECT_INT(
        run_example(argv[1], "--benchmark_list_tests --benchmark_filter=256", text, sizeof text),
        0);
    EXPECT(strcmp(text, "copy/bytes:256\n") == 0);
    EXPECT_INT(run_example(argv[1], "--no_such_flag", text, sizeof text), 2);
    EXPECT_INT(run_example(argv[1], "--benchmark_filter=no_such_name", text, sizeof text), 1);
    return check_result();
}
