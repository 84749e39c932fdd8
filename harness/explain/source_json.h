/* The report of a source as JSON; its schema is in `allocost explain --help`. */
#ifndef ALLOCOST_SOURCE_JSON_H
#define ALLOCOST_SOURCE_JSON_H

#include "explain/source_report.h"

#include <jansson.h>

/* A new reference to an object. Cannot fail (it aborts without memory). */
json_t *source_report_json(const struct source_report *report);

#endif
