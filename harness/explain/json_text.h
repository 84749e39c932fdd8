/* Strings of JSON from bytes that may be anything. */
#ifndef ALLOCOST_JSON_TEXT_H
#define ALLOCOST_JSON_TEXT_H

#include <jansson.h>

/*
 * A JSON string of the text, null for NULL. A byte that begins no UTF-8 character becomes U+FFFD. A
 * new reference. Cannot fail (it aborts without memory).
 */
json_t *json_text(const char *text);

#endif
