#include "explain/json_text.h"

#include "error.h"
#include "utf8.h"

#include <stdlib.h>
#include <string.h>

json_t *json_text(const char *text)
{
    if (text == NULL)
        return json_null();
    char *const clean = check_alloc(3 * strlen(text) + 1, 1);
    size_t used = 0;
    while (*text != '\0') {
        const size_t length = utf8_length(text);
        memcpy(clean + used, length > 0 ? text : "\xef\xbf\xbd", length > 0 ? length : 3);
        used += length > 0 ? length : 3;
        text += length > 0 ? length : 1;
    }
    json_t *const string = json_string(clean);
    free(clean);
    CHECK(string != NULL);
    return string;
}
