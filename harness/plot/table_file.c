#include "plot/table_file.h"

#include "data/file.h"
#include "error.h"
#include "plot/plain_text.h"

#include <math.h>
#include <stdlib.h>

FILE *table_file_open(struct table_file *table)
{
    table->file = open_memstream(&table->text, &table->size_bytes);
    CHECK(table->file != NULL);
    return table->file;
}

int table_file_write(struct table_file *table, const char *directory, const char *name,
                     struct error *error)
{
    CHECK(fclose(table->file) == 0);
    char *const path = check_format("%s/%s", directory, name);
    const int failed = file_replace(path, table->text, table->size_bytes, error);
    free(path);
    free(table->text);
    return failed;
}

void table_file_put_text(FILE *file, const char *text, char end)
{
    char *const escaped = plain_text_for_table(text);
    fprintf(file, "%s%c", escaped, end);
    free(escaped);
}

void table_file_put_number(FILE *file, double value)
{
    if (isfinite(value))
        fprintf(file, "%.12g\t", value);
    else
        fputs("NaN\t", file);
}
