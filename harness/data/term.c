#include "data/term.h"

#include "error.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { LEAST_WIDTH = 60, USUAL_WIDTH = 120, MOST_WIDTH = 120 };

/* As locale(7) orders them; setlocale would change how numbers are written, and is not called. */
static bool environment_is_utf8(void)
{
    static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *const value = getenv(names[i]);
        if (value != NULL && *value != '\0')
            return strcasestr(value, "UTF-8") != NULL || strcasestr(value, "UTF8") != NULL;
    }
    return false;
}

struct term term_open(FILE *stream, bool color)
{
    struct winsize size;
    int width = USUAL_WIDTH;
    const int fd = fileno(stream);
    if (fd >= 0 && isatty(fd) && ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        width = size.ws_col;
    if (width < LEAST_WIDTH)
        width = LEAST_WIDTH;
    if (width > MOST_WIDTH)
        width = MOST_WIDTH;
    return (struct term){
        .stream = stream, .color = color, .utf8 = environment_is_utf8(), .width = width};
}

/*
 * Bytes of the printable character at `at` beyond ASCII, or 0 when it is none: not well formed
 * (Unicode, table 3-7), a control of the second kind (U+0080 to U+009F), or one that turns the
 * direction of what follows (U+202A to U+202E, U+2066 to U+2069).
 */
static size_t character_bytes(const unsigned char *at)
{
    const size_t count = at[0] >= 0xc2 && at[0] <= 0xdf   ? 2
                         : at[0] >= 0xe0 && at[0] <= 0xef ? 3
                         : at[0] >= 0xf0 && at[0] <= 0xf4 ? 4
                                                          : 0;
    for (size_t i = 1; i < count; i++)
        if ((at[i] & 0xc0) != 0x80)
            return 0;
    if ((at[0] == 0xe0 && at[1] < 0xa0) || (at[0] == 0xed && at[1] > 0x9f) ||
        (at[0] == 0xf0 && at[1] < 0x90) || (at[0] == 0xf4 && at[1] > 0x8f))
        return 0;
    if (at[0] == 0xc2 && at[1] < 0xa0)
        return 0;
    if (at[0] == 0xe2 && ((at[1] == 0x80 && at[2] >= 0xaa && at[2] <= 0xae) ||
                          (at[1] == 0x81 && at[2] >= 0xa6 && at[2] <= 0xa9)))
        return 0;
    return count;
}

char *term_clean(const struct term *term, const char *text)
{
    char *const clean = check_alloc(4 * strlen(text) + 1, 1);
    char *out = clean;
    for (const unsigned char *at = (const unsigned char *)text; *at != '\0'; at++) {
        const size_t more = term->utf8 ? character_bytes(at) : 0;
        if (*at >= 0x20 && *at < 0x7f) {
            *out++ = (char)*at;
        } else if (more > 0) {
            memcpy(out, at, more);
            out += more;
            at += more - 1;
        } else if (*at == '\n') {
            out += sprintf(out, "\\n");
        } else {
            out += sprintf(out, "\\x%02x", (unsigned)*at);
        }
    }
    *out = '\0';
    return clean;
}

int term_columns(const struct term *term, const char *text)
{
    int columns = 0;
    for (; *text != '\0'; text++)
        columns += !(term->utf8 && ((unsigned char)*text & 0xc0) == 0x80);
    return columns;
}

/* Cuts cleaned text to a number of columns, with a mark that something is missing. */
static void cut(const struct term *term, char *text, int columns)
{
    char *at = text;
    for (int column = 0; *at != '\0' && column < columns - 1; column++) {
        at++;
        while (term->utf8 && ((unsigned char)*at & 0xc0) == 0x80)
            at++;
    }
    *at++ = '~';
    *at = '\0';
}

static void put_styled(const struct term *term, enum term_style style, const char *text)
{
    /* ECMA-48, SGR: bold, faint, green, red. */
    static const char *const codes[] = {[TERM_PLAIN] = "",
                                        [TERM_BOLD] = "\033[1m",
                                        [TERM_DIM] = "\033[2m",
                                        [TERM_GOOD] = "\033[32m",
                                        [TERM_BAD] = "\033[31m"};
    if (term->color && style != TERM_PLAIN && *text != '\0')
        fprintf(term->stream, "%s%s\033[0m", codes[style], text);
    else
        fputs(text, term->stream);
}

void term_put(const struct term *term, enum term_style style, const char *text, int width)
{
    char *const clean = term_clean(term, text);
    const int room = abs(width);
    if (term_columns(term, clean) > room)
        cut(term, clean, room);
    const int padding = room - term_columns(term, clean);
    if (width < 0)
        fprintf(term->stream, "%*s", padding, "");
    put_styled(term, style, clean);
    if (width > 0)
        fprintf(term->stream, "%*s", padding, "");
    free(clean);
}

void term_say(const struct term *term, enum term_style style, const char *text)
{
    char *const clean = term_clean(term, text);
    put_styled(term, style, clean);
    free(clean);
}
