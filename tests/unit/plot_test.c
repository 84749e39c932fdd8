/* The figures of a run, drawn by the project's own scripts: all of them, whole, and as they are
 * named. The directory of scripts is the argument. */
#include "plot/gnuplot.h"
#include "plot/plot.h"

#include "data/figure_order.h"
#include "error.h"

#include "check.h"
#include "plot_rows.h"
#include "scratch.h"
#include "svg.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdbool.h>

/* The directory of the run, of gnuplot's temporary files, of the process, and of broken scripts. */
static char run_directory[300];
static char temporary_directory[300];
static char working_directory[300];
static char scripts_directory[300];
static char some_directory[300]; /* has some of the project's scripts */
static const char *plots;        /* the project's scripts */

/* The figures that there are: the names of the scripts, as they are shown. */
static char *figures[100];
static size_t figure_count;

/* Labels that are commands, formats, markup, numbers or comments somewhere. */
static const char *const hostile[] = {
    "glibc",        "a\"b",          "$(touch x)", "`touch y`", "@macro {/Symbol}", "%s <&> %d",
    "com,ma\nline", "q'uo\\t\\042e", "NaN",        "|touch z",  "# 12 \xc3\xa9\xff"};

/* Enough of the scripts for what is asked of them. */
static const char *const some[] = {"style.gp",    "shapes",      "order",         "ladder.gp",
                                   "overview.gp", "variadic.gp", "pass_struct.gp"};
enum { SOME_FIGURES = 4 };

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *walk)
{
    (void)status, (void)type, (void)walk;
    return remove(path);
}

static void find_figures(void)
{
    struct figure_order order;
    figure_order_load(plots, &order);
    DIR *const directory = opendir(plots);
    for (struct dirent *entry; directory != NULL && (entry = readdir(directory)) != NULL;) {
        const size_t length = strlen(entry->d_name);
        if (length <= 3 || strcmp(entry->d_name + length - 3, ".gp") != 0 ||
            strcmp(entry->d_name, "style.gp") == 0 || figure_count == 100)
            continue;
        char *const name = strndup(entry->d_name, length - 3);
        bool listed = false;
        for (size_t i = 0; i < order.count; i++)
            listed = listed || strcmp(order.names[i], name) == 0;
        if (!listed)
            fprintf(stderr, "not in plots/order: %s\n", name);
        EXPECT(listed);
        figures[figure_count++] = name;
    }
    closedir(directory);
    EXPECT(figure_count > 0);
    EXPECT_INT(order.count, figure_count); /* each once, and no other */
    figure_order_free(&order);
}

/* A directory with some of the scripts: the others only say that there is nothing for them. */
static void link_scripts(const char *const names[], size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char from[600];
        char to[600];
        snprintf(from, sizeof from, "%s/%s", plots, names[i]);
        snprintf(to, sizeof to, "%s/%s", some_directory, names[i]);
        if (symlink(from, to) != 0)
            abort();
    }
}

static void make_directory(char path[static 300], const char *name)
{
    snprintf(path, 300, "%s", scratch_path(name));
    if (mkdir(path, 0755) != 0)
        abort();
}

static unsigned files_in(const char *directory)
{
    unsigned count = 0;
    DIR *const opened = opendir(directory);
    for (struct dirent *entry; opened != NULL && (entry = readdir(opened)) != NULL;)
        count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    if (opened != NULL)
        closedir(opened);
    return count;
}

static const char *figure_path(const char *name, const char *format)
{
    static char path[512];
    snprintf(path, sizeof path, "%s/figures/%s.%s", run_directory, name, format);
    return path;
}

static void write_text(const char *directory, const char *name, const char *text)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    FILE *const file = fopen(path, "w");
    if (file == NULL || fputs(text, file) < 0 || fclose(file) != 0)
        abort();
}

static enum plot_outcome draw(const char *scripts, size_t *drawn, struct error *error)
{
    const struct plot_options options = {.directory = run_directory, .scripts = scripts};
    error->text[0] = '\0';
    const enum plot_outcome outcome = plot_run(&options, drawn, error);
    EXPECT_INT(files_in(temporary_directory), 0);
    EXPECT_INT(files_in(working_directory), 0); /* where an executed `touch` would leave its file */
    return outcome;
}

/* Both formats are there, whole, and of the promised size. */
static void expect_figure(const char *name)
{
    const char *const svg = scratch_read(figure_path(name, "svg"));
    const char *const fault = svg_first_fault(svg);
    if (fault != NULL)
        fprintf(stderr, "%s.svg: not well-formed at: %.80s\n", name, fault);
    EXPECT(fault == NULL);
    EXPECT(strstr(svg, "width=\"1200\" height=\"675\"") != NULL);
    EXPECT(strstr(svg, "<script") == NULL);
    unsigned char head[24] = {0};
    FILE *const png = fopen(figure_path(name, "png"), "rb");
    EXPECT(png != NULL && fread(head, 1, sizeof head, png) == sizeof head);
    if (png != NULL)
        fclose(png);
    EXPECT(memcmp(head, "\x89PNG\r\n\x1a\n", 8) == 0);
    EXPECT_INT(head[18] << 8 | head[19], 1200);
    EXPECT_INT(head[22] << 8 | head[23], 675);
}

/* Every script has drawn its figure. */
static void expect_all(const struct plot_rows *rows)
{
    plot_rows_write(rows, run_directory);
    size_t drawn = 0;
    struct error error;
    EXPECT_INT(draw(plots, &drawn, &error), PLOT_DONE);
    EXPECT_STR(error.text, "");
    EXPECT_INT(drawn, figure_count);
    char directory[400];
    snprintf(directory, sizeof directory, "%s/figures", run_directory);
    EXPECT_INT(files_in(directory), 2 * figure_count); /* and nothing temporary */
    for (size_t i = 0; i < figure_count; i++) {
        if (access(figure_path(figures[i], "svg"), F_OK) == 0) {
            expect_figure(figures[i]);
            continue;
        }
        fprintf(stderr, "no rows are written for the figure %s\n", figures[i]);
        EXPECT(false);
    }
}

/* Every label is in the ladder, as text. */
static void test_hostile_names(void)
{
    write_text(run_directory, "machine.csv",
               "key,value\ncpu.model,\"CPU \"\"x\"\" `touch w` $(touch v) <&>\nnext\"\n"
               "run.baseline,glibc\nnoise_floor,0.018\n");
    const struct plot_rows rows = {.allocators = hostile,
                                   .allocator_count = sizeof hostile / sizeof *hostile,
                                   .intervals = true,
                                   .mixed = true};
    expect_all(&rows);
    static const char *const shown[] = {": glibc<",
                                        ": a\"b<",
                                        ": $(touch x)<",
                                        ": `touch y`<",
                                        ": @macro {/Symbol}<",
                                        ": %s &lt;&amp;> %d<",
                                        ": com,ma\\nline<",
                                        ": q'uo\\t\\042e<",
                                        ": NaN<",
                                        ": |touch z<",
                                        ": # 12 \xc3\xa9\xef\xbf\xbd<"};
    const struct plot_rows whole = {.allocators = hostile,
                                    .allocator_count = sizeof hostile / sizeof *hostile,
                                    .intervals = true};
    plot_rows_write(&whole, run_directory);
    size_t drawn = 0;
    struct error error;
    EXPECT_INT(draw(some_directory, &drawn, &error), PLOT_DONE);
    EXPECT_STR(error.text, "");
    EXPECT_INT(drawn, SOME_FIGURES);
    const char *const svg = scratch_read(figure_path("ladder", "svg"));
    for (size_t i = 0; i < sizeof shown / sizeof *shown; i++) {
        if (strstr(svg, shown[i]) == NULL)
            fprintf(stderr, "not in the ladder: %s\n", shown[i]);
        EXPECT(strstr(svg, shown[i]) != NULL);
    }
    EXPECT(strstr(svg, "CPU \"x\" `touch w` $(touch v) &lt;&amp;>\\nnext") != NULL);
}

/* Few processes and one value of each parameter, as in the shortest run, so that there are neither
 * intervals nor lines; nothing known of the machine. */
static void test_little_known(void)
{
    (void)unlink(scratch_path("run/machine.csv"));
    const struct plot_rows rows = {.allocators = hostile, .allocator_count = 2, .one_value = true};
    plot_rows_write(&rows, run_directory);
    size_t drawn = 0;
    struct error error;
    EXPECT_INT(draw(plots, &drawn, &error), PLOT_DONE);
    EXPECT_STR(error.text, "");
    EXPECT(drawn > figure_count / 2); /* some need several values */
    for (size_t i = 0; i < figure_count; i++)
        if (access(figure_path(figures[i], "svg"), F_OK) == 0)
            expect_figure(figures[i]);
    expect_figure("ladder");
    const char *const bars = scratch_read(figure_path("variadic", "svg"));
    EXPECT(strstr(bars, "integers passed: 1 only; a longer run draws lines") != NULL);
    EXPECT(strstr(bars, ">plain parameters<") != NULL);
}

/* One scenario: its figure and the overview; those of an earlier time do not stay. */
static void test_one_scenario(void)
{
    const struct plot_rows rows = {
        .allocators = hostile, .allocator_count = 2, .scenario = "variadic", .intervals = true};
    plot_rows_write(&rows, run_directory);
    size_t drawn = 0;
    struct error error;
    EXPECT_INT(draw(some_directory, &drawn, &error), PLOT_DONE);
    EXPECT_INT(drawn, 2);
    EXPECT(strstr(scratch_read(figure_path("variadic", "svg")), "a longer run") == NULL);
    expect_figure("variadic");
    expect_figure("overview");
    EXPECT(access(figure_path("ladder", "svg"), F_OK) != 0);
    EXPECT(access(figure_path("ladder", "png"), F_OK) != 0);

    const struct plot_rows single = {
        .allocators = hostile, .allocator_count = 1, .scenario = "variadic", .intervals = true};
    plot_rows_write(&single, run_directory);
    EXPECT_INT(draw(some_directory, &drawn, &error), PLOT_DONE);
    EXPECT_INT(drawn, 1); /* an overview of one allocator compares nothing */

    const struct plot_rows none = {.allocators = hostile, .allocator_count = 1, .scenario = "?"};
    plot_rows_write(&none, run_directory);
    EXPECT_INT(draw(some_directory, &drawn, &error), PLOT_DONE);
    EXPECT_INT(drawn, 0);
}

static void test_bad_run(void)
{
    const struct plot_rows rows = {
        .allocators = hostile, .allocator_count = 2, .scenario = "variadic", .intervals = true};
    plot_rows_write(&rows, run_directory);
    size_t drawn = 0;
    struct error error;
    write_text(run_directory, "machine.csv", "key,value\nx\n");
    EXPECT_INT(draw(plots, &drawn, &error), PLOT_FAILED);
    EXPECT(strstr(error.text, "machine.csv:2:") != NULL);
    (void)unlink(scratch_path("run/machine.csv"));

    char path[512];
    snprintf(path, sizeof path, "%s/summary.csv", run_directory);
    static char changed[1 << 20];
    snprintf(changed, sizeof changed, "%s", scratch_read(path));
    char *const storage = strstr(changed, ",ok,");
    EXPECT(storage != NULL);
    if (storage == NULL)
        return;
    memcpy(storage, ",xx,", 4);
    write_text(run_directory, "summary.csv", changed);
    EXPECT_INT(draw(plots, &drawn, &error), PLOT_FAILED);
    EXPECT(strstr(error.text, "summary.csv:2:") != NULL);
    (void)unlink(path);
    EXPECT_INT(draw(plots, &drawn, &error), PLOT_FAILED);
    EXPECT(strstr(error.text, "summary.csv") != NULL);
    EXPECT_INT(drawn, 0);
    plot_rows_write(&rows, run_directory);
}

/* gnuplot exits with 0 whatever it says, and leaves half a file when it stops. */
static void test_bad_scripts(void)
{
    size_t drawn = 0;
    struct error error;
    EXPECT_INT(draw("/nonexistent", &drawn, &error), PLOT_FAILED);
    EXPECT(strstr(error.text, "/nonexistent") != NULL);
    EXPECT_INT(draw(scripts_directory, &drawn, &error), PLOT_FAILED);
    EXPECT(strstr(error.text, "holds no scripts") != NULL);

    write_text(scripts_directory, "style.gp", "set terminal svg\n");
    write_text(scripts_directory, "warns.gp",
               "set terminal svg\nset output ARG2\nplot '/dev/null' using 1\nplot x\n");
    EXPECT_INT(draw(scripts_directory, &drawn, &error), PLOT_FAILED);
    EXPECT(strstr(error.text, "figure warns: gnuplot said: ") != NULL);
    EXPECT(access(figure_path("warns", "svg"), F_OK) != 0);

    write_text(scripts_directory, "warns.gp", "set terminal svg\nset output ARG2\n");
    EXPECT_INT(draw(scripts_directory, &drawn, &error), PLOT_FAILED);
    EXPECT(strstr(error.text, "wrote no whole") != NULL);
    EXPECT(access(figure_path("warns", "svg"), F_OK) != 0);

    write_text(scripts_directory, "warns.gp",
               "set print ARG2\nprint '<?xml version=\"1.0\"?><svg>'\n");
    EXPECT_INT(draw(scripts_directory, &drawn, &error), PLOT_FAILED);
    EXPECT(strstr(error.text, "wrote no whole") != NULL);
    EXPECT(access(figure_path("warns", "svg"), F_OK) != 0);

    write_text(scripts_directory, "warns.gp", "exit status 3\n");
    EXPECT_INT(draw(scripts_directory, &drawn, &error), PLOT_FAILED);
    EXPECT(strstr(error.text, "exit code 3") != NULL);
    EXPECT_INT(drawn, 0);
}

static bool never_stopped(void)
{
    return false;
}

static bool stopped(void)
{
    return true;
}

static void test_time_limit(void)
{
    write_text(scripts_directory, "slow.gp", "pause 60\n");
    char script[400];
    snprintf(script, sizeof script, "%s/slow.gp", scripts_directory);
    struct gnuplot_task tasks[3];
    for (int i = 0; i < 3; i++)
        tasks[i] = (struct gnuplot_task){.script = script, .arguments = {"a", "b", "c"}};
    char *const gnuplot = gnuplot_find();
    EXPECT(gnuplot_run(gnuplot, working_directory, tasks, 3, 2, 1, never_stopped));
    for (int i = 0; i < 3; i++) {
        EXPECT(tasks[i].exit_code < 0);
        EXPECT_INT(tasks[i].timed_out, i < 2);
        EXPECT_INT(tasks[i].left_out, i == 2); /* what hangs once is not waited for again */
    }
    EXPECT(!gnuplot_run(gnuplot, working_directory, tasks, 3, 2, 3600, stopped));
    free(gnuplot);
}

static void test_no_gnuplot(void)
{
    char *const path = strdup(getenv("PATH"));
    setenv("PATH", "", 1);
    size_t drawn = 0;
    struct error error;
    EXPECT_INT(draw(plots, &drawn, &error), PLOT_NO_GNUPLOT);
    EXPECT(strstr(error.text, "apt install gnuplot-nox") != NULL);
    setenv("PATH", path, 1);
    free(path);
}

/* The check itself: what it must not let through. */
static void test_svg_check(void)
{
    EXPECT(svg_first_fault("<?xml version=\"1.0\"?><a b='1'><c/>&lt;</a>") == NULL);
    EXPECT(svg_first_fault("") != NULL);
    EXPECT(svg_first_fault("<a><b></a></b>") != NULL);
    EXPECT(svg_first_fault("<a>&</a>") != NULL);
    EXPECT(svg_first_fault("<a>\x01</a>") != NULL);
    EXPECT(svg_first_fault("<a>\xff</a>") != NULL);
    EXPECT(svg_first_fault("<a b=1></a>") != NULL);
    EXPECT(svg_first_fault("<a>") != NULL);
}

int main(int argc, char **argv)
{
    if (argc != 2)
        return EXIT_FAILURE;
    plots = argv[1];
    char *const gnuplot = gnuplot_find();
    if (gnuplot == NULL) {
        puts("gnuplot is not installed");
        return TEST_SKIPPED;
    }
    free(gnuplot);
    make_directory(run_directory, "run");
    make_directory(temporary_directory, "temporary");
    make_directory(working_directory, "working");
    make_directory(scripts_directory, "scripts");
    make_directory(some_directory, "some");
    link_scripts(some, sizeof some / sizeof *some);
    find_figures();
    setenv("TMPDIR", temporary_directory, 1);
    if (chdir(working_directory) != 0)
        return EXIT_FAILURE;
    test_svg_check();
    test_hostile_names();
    test_little_known();
    test_one_scenario();
    test_bad_run();
    test_bad_scripts();
    test_time_limit();
    test_no_gnuplot();
    (void)!chdir("/");
    for (size_t i = 0; i < figure_count; i++)
        free(figures[i]);
    nftw(scratch_directory, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    return check_result();
}
