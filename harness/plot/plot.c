#include "plot/plot.h"

#include "data/figure_order.h"
#include "data/file.h"
#include "data/keyvalue.h"
#include "data/metrics.h"
#include "data/summary.h"
#include "error.h"
#include "plot/gnuplot.h"
#include "plot/shown_order.h"
#include "plot/tables.h"

#include <dirent.h>
#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    FIGURES_MOST = 100,
    NAME_LONGEST = 64, /* of a figure */
    PARALLEL = 2,
    LIMIT_S = 30 /* for one drawing: a hundred times what one takes with a warm font cache */
};

enum format { SVG, PNG, FORMATS };
static const char *const formats[FORMATS] = {"svg", "png"};

enum figure_outcome { FIGURE_PASSED_OVER, FIGURE_DRAWN, FIGURE_FAILED };

/* A script and what it makes; all strings are owned. */
struct figure {
    char *name;
    char *script;           /* absolute path */
    char *outputs[FORMATS]; /* file names in the temporary directory */
    enum figure_outcome outcome;
};

/* Everything one call needs; all strings are owned. */
struct drawing {
    const struct plot_options *options;
    char *scripts;   /* absolute path of the directory of scripts */
    char *style;     /* absolute path of style.gp */
    char *figures;   /* the directory that figures are put into */
    char *temporary; /* private directory of this call; NULL: not made yet */
    char *gnuplot;   /* its path */
    char *floor;     /* the run's noise floor as a number, or NaN */
    struct figure items[FIGURES_MOST];
    size_t count; /* of items */
    size_t cells; /* rows there are to draw from */
    size_t drawn;
};

/* ---- Files ---- */

/* Reads a file. Returns its bytes, owned by the caller, or NULL. */
static char *read_whole(const char *path, size_t *size_bytes)
{
    FILE *const file = fopen(path, "rbe");
    struct stat status;
    char *bytes = NULL;
    if (file != NULL && fstat(fileno(file), &status) == 0 && S_ISREG(status.st_mode)) {
        *size_bytes = (size_t)status.st_size;
        bytes = check_alloc(*size_bytes, 1);
        if (fread(bytes, 1, *size_bytes, file) != *size_bytes) {
            free(bytes);
            bytes = NULL;
        }
    }
    if (file != NULL)
        fclose(file);
    return bytes;
}

/* Whether bytes begin and end as a figure of that format does, so that nothing is cut off. */
static bool is_complete(int format, const char *bytes, size_t size_bytes)
{
    static const char png_start[] = "\x89PNG\r\n\x1a\n";
    static const char png_end[] = "IEND\xae\x42\x60\x82";
    static const char svg_start[] = "<?xml";
    static const char svg_end[] = "</svg>";
    const char *const start = format == PNG ? png_start : svg_start;
    const char *const end = format == PNG ? png_end : svg_end;
    while (format == SVG && size_bytes > 0 && strchr(" \r\n", bytes[size_bytes - 1]) != NULL)
        size_bytes--;
    return size_bytes >= strlen(start) + strlen(end) && memcmp(bytes, start, strlen(start)) == 0 &&
           memcmp(bytes + size_bytes - strlen(end), end, strlen(end)) == 0;
}

/* Makes a private directory in TMPDIR or /tmp. NULL with a message. */
static char *make_temporary(struct error *error)
{
    const char *const where = getenv("TMPDIR");
    char *const path =
        check_format("%s/allocost-plot-XXXXXX", where != NULL && *where == '/' ? where : "/tmp");
    if (mkdtemp(path) != NULL)
        return path;
    error_set_errno(error, "cannot make %s", path);
    free(path);
    return NULL;
}

/* Removes it with the files in it, and frees its name. */
static void remove_temporary(char *path)
{
    if (path == NULL)
        return;
    DIR *const directory = opendir(path);
    if (directory != NULL) {
        for (const struct dirent *entry; (entry = readdir(directory)) != NULL;)
            unlinkat(dirfd(directory), entry->d_name, 0); /* fails for "." and ".." */
        closedir(directory);
    }
    rmdir(path);
    free(path);
}

/* ---- Which figures there are ---- */

static int compare_figures(const void *left, const void *right, void *order)
{
    const struct figure *const a = left;
    const struct figure *const b = right;
    return figure_order_compare(order, a->name, b->name);
}

static void add_figure(struct drawing *drawing, const char *name, size_t length, const char *script)
{
    struct figure *const figure = &drawing->items[drawing->count++];
    figure->name = check_format("%.*s", (int)length, name);
    figure->script = check_format("%s/%s", drawing->scripts, script);
    for (size_t format = 0; format < FORMATS; format++)
        figure->outputs[format] = check_format("%s.%s", figure->name, formats[format]);
}

/* The length of a figure's name when the file is a script of one, else 0. */
static size_t figure_length(const char *file)
{
    const size_t length =
        strspn(file, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-");
    if (length > NAME_LONGEST || strcmp(file + length, ".gp") != 0)
        return 0;
    return strcmp(file, "style.gp") == 0 ? 0 : length;
}

static int find_figures(struct drawing *drawing, struct error *error)
{
    const struct plot_options *const options = drawing->options;
    for (size_t i = 0; i < options->figure_count && drawing->count < FIGURES_MOST; i++)
        add_figure(drawing, options->figures[i].name, strlen(options->figures[i].name),
                   options->figures[i].script);
    if (options->figures != NULL)
        return 0;
    DIR *const directory = opendir(drawing->scripts);
    if (directory == NULL)
        return error_set_errno(error, "cannot read %s", drawing->scripts);
    for (const struct dirent *entry; (entry = readdir(directory)) != NULL;) {
        const size_t length = figure_length(entry->d_name);
        if (length > 0 && drawing->count < FIGURES_MOST)
            add_figure(drawing, entry->d_name, length, entry->d_name);
    }
    closedir(directory);
    if (drawing->count == 0 || access(drawing->style, R_OK) != 0)
        return error_set(error, "%s holds no scripts for gnuplot", drawing->scripts);
    struct figure_order order;
    figure_order_load(drawing->scripts, &order);
    qsort_r(drawing->items, drawing->count, sizeof *drawing->items, compare_figures, &order);
    figure_order_free(&order);
    return 0;
}

/* ---- What became of a figure ---- */

/* Removes what there is of a figure. */
static void remove_figure(const struct drawing *drawing, const struct figure *figure)
{
    for (int format = 0; format < FORMATS; format++) {
        char *const path = check_format("%s/%s", drawing->figures, figure->outputs[format]);
        unlink(path);
        free(path);
    }
}

/* Puts a drawn figure into its place, both formats or none. */
static int install(const struct drawing *drawing, const struct figure *figure, struct error *error)
{
    char *bytes[FORMATS] = {NULL};
    size_t sizes[FORMATS] = {0};
    int failed = 0;
    for (int format = 0; format < FORMATS; format++) {
        char *const path = check_format("%s/%s", drawing->temporary, figure->outputs[format]);
        bytes[format] = read_whole(path, &sizes[format]);
        if (bytes[format] == NULL || !is_complete(format, bytes[format], sizes[format]))
            failed = error_set(error, "gnuplot wrote no whole %s", formats[format]);
        free(path);
    }
    const bool whole = failed == 0;
    for (int format = 0; format < FORMATS; format++) {
        char *const path = check_format("%s/%s", drawing->figures, figure->outputs[format]);
        if (failed == 0)
            failed = file_replace(path, bytes[format], sizes[format], error);
        free(path);
        free(bytes[format]);
    }
    if (whole && failed != 0)
        remove_figure(drawing, figure); /* its two formats may show different runs */
    return failed;
}

/* Judges the tasks of a figure, one a format. */
static enum figure_outcome finish(const struct drawing *drawing, const struct figure *figure,
                                  const struct gnuplot_task *tasks, struct error *error)
{
    for (int format = 0; format < FORMATS; format++) {
        const struct gnuplot_task *const task = &tasks[format];
        if (task->said[0] == '\0' && task->exit_code == GNUPLOT_NOTHING) {
            remove_figure(drawing, figure);
            return FIGURE_PASSED_OVER;
        }
        if (task->timed_out)
            error_set(error, "gnuplot was not done after %d s", LIMIT_S);
        else if (task->left_out)
            error_set(error, "not tried, for an earlier one was not done after %d s", LIMIT_S);
        else if (task->said[0] != '\0')
            error_set(error, "gnuplot said: %s", task->said); /* though it may have exited with 0 */
        else if (task->exit_code != 0)
            error_set(error, "gnuplot ended with exit code %d", task->exit_code);
        else
            continue;
        return FIGURE_FAILED;
    }
    return install(drawing, figure, error) == 0 ? FIGURE_DRAWN : FIGURE_FAILED;
}

static void say_names(const struct drawing *drawing, const char *before, enum figure_outcome which)
{
    FILE *const talk = drawing->options->talk;
    bool first = true;
    for (size_t i = 0; i < drawing->count && talk != NULL; i++) {
        if (drawing->items[i].outcome != which)
            continue;
        fprintf(talk, "%s%s", first ? before : ", ", drawing->items[i].name);
        first = false;
    }
    if (!first)
        fputc('\n', talk);
}

/* ---- The whole ---- */

/* Runs gnuplot for every figure and format, and puts into place what came of it. */
static int draw_all(struct drawing *drawing, struct error *error)
{
    const size_t count = drawing->count * FORMATS;
    struct gnuplot_task *const tasks = check_alloc(count, sizeof *tasks);
    for (size_t i = 0; i < count; i++) {
        const struct figure *const figure = &drawing->items[i / FORMATS];
        tasks[i].script = figure->script;
        tasks[i].arguments[0] = drawing->style;
        tasks[i].arguments[1] = figure->outputs[i % FORMATS];
        tasks[i].arguments[2] = drawing->floor;
    }
    if (drawing->cells > 0 && !gnuplot_run(drawing->gnuplot, drawing->temporary, tasks, count,
                                           PARALLEL, LIMIT_S, drawing->options->stopped)) {
        free(tasks);
        return error_set(error, "stopped while drawing; `allocost plot %s` draws the figures",
                         drawing->options->directory);
    }
    for (size_t i = 0; i < count && drawing->cells == 0; i++)
        tasks[i].exit_code = GNUPLOT_NOTHING; /* no script can read a table without rows */
    int failed = 0;
    for (size_t i = 0; i < drawing->count; i++) {
        struct figure *const figure = &drawing->items[i];
        struct error why = {.text = ""};
        figure->outcome = finish(drawing, figure, &tasks[i * FORMATS], &why);
        drawing->drawn += figure->outcome == FIGURE_DRAWN;
        if (figure->outcome != FIGURE_FAILED)
            continue;
        if (drawing->options->talk != NULL)
            fprintf(drawing->options->talk, "figure %s failed: %s\n", figure->name, why.text);
        if (failed == 0)
            failed = error_set(error, "figure %s: %s", figure->name, why.text);
    }
    free(tasks);
    say_names(drawing, "figures: ", FIGURE_DRAWN);
    say_names(drawing, "no figure, for the run holds nothing for it: ", FIGURE_PASSED_OVER);
    return failed;
}

/* Reads the run and writes it as tables. */
static int prepare_run(struct drawing *drawing, struct error *error)
{
    const char *const directory = drawing->options->directory;
    struct summary summary;
    struct keyvalues machine = {0};
    char *const summary_path = check_format("%s/summary.csv", directory);
    char *const metrics_path = check_format("%s/metrics.csv", directory);
    char *const machine_path = check_format("%s/machine.csv", directory);
    int failed = summary_load(summary_path, &summary, error);
    if (failed == 0) {
        if (access(machine_path, F_OK) == 0)
            failed = keyvalues_load(machine_path, &machine, error);
        if (failed == 0 && access(metrics_path, F_OK) == 0)
            failed = metrics_load(metrics_path, &summary, error);
        shown_order(&summary, &machine);
        if (failed == 0)
            failed = tables_write(&summary, &machine, drawing->temporary, &drawing->cells, error);
        const double floor = keyvalues_number(&machine, "noise_floor");
        drawing->floor = isnan(floor) ? check_strdup("NaN") : check_format("%.6g", floor);
        summary_free(&summary);
        keyvalues_free(&machine);
    }
    free(summary_path);
    free(metrics_path);
    free(machine_path);
    return failed;
}

/* Fills the temporary directory, and makes that of the figures. */
static int prepare(struct drawing *drawing, struct error *error)
{
    const struct plot_options *const options = drawing->options;
    int failed;
    if (options->prepare == NULL) {
        failed = prepare_run(drawing, error);
    } else {
        drawing->floor = check_strdup("NaN");
        failed = options->prepare(drawing->temporary, &drawing->cells, options->user, error);
    }
    if (failed == 0 && mkdir(drawing->figures, 0777) != 0 && errno != EEXIST)
        failed = error_set_errno(error, "cannot make %s", drawing->figures);
    return failed;
}

enum plot_outcome plot_run(const struct plot_options *options, size_t *drawn, struct error *error)
{
    *drawn = 0;
    struct drawing drawing = {.options = options,
                              .scripts = realpath(options->scripts, NULL),
                              .figures = check_format("%s/figures", options->directory),
                              .gnuplot = gnuplot_find()};
    enum plot_outcome outcome = PLOT_FAILED;
    if (drawing.scripts == NULL) {
        error_set_errno(error, "cannot find the scripts %s", options->scripts);
    } else if (drawing.gnuplot == NULL) {
        error_set(error, "gnuplot is not installed, so no figures are drawn; "
                         "`apt install gnuplot-nox` installs it");
        outcome = PLOT_NO_GNUPLOT;
    } else {
        drawing.style = check_format("%s/style.gp", drawing.scripts);
        drawing.temporary = make_temporary(error);
        if (drawing.temporary != NULL && find_figures(&drawing, error) == 0 &&
            prepare(&drawing, error) == 0 && draw_all(&drawing, error) == 0)
            outcome = PLOT_DONE;
    }
    *drawn = drawing.drawn;
    remove_temporary(drawing.temporary);
    for (size_t i = 0; i < drawing.count; i++) {
        free(drawing.items[i].name);
        free(drawing.items[i].script);
        for (int format = 0; format < FORMATS; format++)
            free(drawing.items[i].outputs[format]);
    }
    free(drawing.scripts);
    free(drawing.style);
    free(drawing.figures);
    free(drawing.gnuplot);
    free(drawing.floor);
    return outcome;
}
