#include "format_any.h"
#include "keep.h"

/* Digits from the last to the first, as a formatter for any width and base writes them. */
static size_t put_integer(char *out, int64_t value)
{
    char digits[FORMAT_ANY_INT_MAX];
    size_t first = sizeof digits;
    uint64_t rest = value < 0 ? 0U - (uint64_t)value : (uint64_t)value;
    do {
        digits[--first] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest != 0);
    if (value < 0)
        digits[--first] = '-';
    memcpy(out, digits + first, sizeof digits - first);
    return sizeof digits - first;
}

static size_t put_box(char *out, const struct box *box)
{
    if (box->type == &box_type_int)
        return put_integer(out, *(const int64_t *)box->word.pointer);
    if (box->type == &box_type_inline_int)
        return put_integer(out, box->word.integer);
    memcpy(out, "%!", 2);
    return 2;
}

OPAQUE size_t format_any(char *out, const char *format, const struct box *values, size_t count)
{
    static const struct box nothing;
    char *end = out;
    size_t next = 0;
    for (const char *c = format; *c != '\0'; c++) {
        if (*c != '%') {
            *end++ = *c;
            continue;
        }
        const bool known = c[1] == 'd' && next < count;
        end += put_box(end, known ? &values[next] : &nothing);
        next++;
        if (c[1] != '\0')
            c++;
    }
    *end = '\0';
    return (size_t)(end - out);
}
