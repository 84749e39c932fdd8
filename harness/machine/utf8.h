/*
 * Whether bytes are text, for labels and facts that end in CSV, SVG and on terminals.
 */
#ifndef ALLOCOST_UTF8_H
#define ALLOCOST_UTF8_H

#include <stddef.h>

/*
 * The number of bytes, 1 to 4, of the character that the terminated string `text` begins with; 0
 * when its first byte begins none (RFC 3629, section 4: no overlong form, no surrogate, nothing
 * beyond U+10FFFF). A terminator is a character of one byte. Cannot fail.
 */
size_t utf8_length(const char *text);

#endif
