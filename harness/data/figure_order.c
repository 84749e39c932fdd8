#include "data/figure_order.h"

#include "error.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void figure_order_load(const char *scripts, struct figure_order *order)
{
    *order = (struct figure_order){.names = NULL};
    char *const path = check_format("%s/order", scripts);
    FILE *const file = fopen(path, "re");
    free(path);
    if (file == NULL)
        return;
    char *line = NULL;
    size_t room = 0;
    while (getline(&line, &room, file) >= 0) {
        line[strcspn(line, " \t\r\n")] = '\0';
        if (*line == '\0')
            continue;
        order->names = check_realloc(order->names, order->count + 1, sizeof *order->names);
        order->names[order->count++] = check_strdup(line);
    }
    free(line);
    fclose(file);
}

void figure_order_free(struct figure_order *order)
{
    for (size_t i = 0; i < order->count; i++)
        free(order->names[i]);
    free(order->names);
    *order = (struct figure_order){.names = NULL};
}

/* The place of the first `length` characters of the name; the count of all when they have none. */
static size_t place_of_part(const struct figure_order *order, const char *name, size_t length)
{
    size_t place = 0;
    while (place < order->count &&
           (strncmp(order->names[place], name, length) != 0 || order->names[place][length] != '\0'))
        place++;
    return place;
}

static size_t place_of(const struct figure_order *order, const char *name)
{
    const size_t place = place_of_part(order, name, strlen(name));
    return place < order->count ? place : place_of_part(order, name, strcspn(name, "-"));
}

int figure_order_compare(const struct figure_order *order, const char *left, const char *right)
{
    if (order != NULL) {
        const size_t a = place_of(order, left);
        const size_t b = place_of(order, right);
        if (a != b)
            return a < b ? -1 : 1;
    }
    return strcmp(left, right);
}
