#include "callgrind_dump.h"

#include <stdbool.h>
#include <string.h>

/* One line of the text, without its end. */
struct line {
    const char *start;
    size_t length;
};

/* The line that begins at *at; *at goes to the next one. False when there is none that is whole. */
static bool next_line(const char **at, const char *end, struct line *line)
{
    const char *const newline = memchr(*at, '\n', (size_t)(end - *at));
    if (newline == NULL)
        return false;
    *line = (struct line){*at, (size_t)(newline - *at)};
    *at = newline + 1;
    return true;
}

static bool begins(const struct line *line, const char *word)
{
    const size_t length = strlen(word);
    return line->length >= length && memcmp(line->start, word, length) == 0;
}

static bool is(const struct line *line, const char *text)
{
    return line->length == strlen(text) && begins(line, text);
}

/* The rest of a line behind its word as one whole number. */
static bool read_total(const struct line *line, const char *word, uint64_t *out)
{
    const size_t skipped = strlen(word);
    uint64_t number = 0;
    for (size_t i = skipped; i < line->length; i++) {
        const unsigned digit = (unsigned)line->start[i] - '0';
        if (digit > 9 || number > (UINT64_MAX - digit) / 10)
            return false;
        number = 10 * number + digit;
    }
    *out = number;
    return line->length > skipped;
}

const char *callgrind_dump_read(const char *text, size_t size_bytes, uint64_t *instructions)
{
    static const char events_word[] = "events: ";
    static const char total_word[] = "totals: ";
    const char *at = text;
    const char *const end = text + size_bytes;
    struct line line;
    bool events = false;
    bool total = false;
    if (!next_line(&at, end, &line) || !is(&line, "# callgrind format"))
        return "the dump is not of callgrind's format";
    while (next_line(&at, end, &line)) {
        if (begins(&line, events_word)) {
            if (events || !is(&line, "events: Ir"))
                return "the dump counts other things than instructions";
            events = true;
        } else if (begins(&line, total_word)) {
            if (total || !read_total(&line, total_word, instructions))
                return "the dump's total is no whole number";
            total = true;
        } else if (total && line.length > 0) {
            return "the dump goes on behind its total";
        }
    }
    if (at != end || !events || !total)
        return "the dump is not whole";
    return NULL;
}
