/*
 * A reader of XML as far as a figure needs it: elements, attributes, text. It takes nothing that it
 * does not know to the last byte, so that what it read can be written again as it was meant.
 */
#ifndef ALLOCOST_XML_READER_H
#define ALLOCOST_XML_READER_H

#include <stddef.h>

struct error;
struct xml_reader;

enum { XML_ATTRIBUTES_MOST = 40, XML_DEPTH_MOST = 64 };

enum xml_kind { XML_OPEN, XML_CLOSE, XML_TEXT };

/* An attribute. Strings are the reader's, as those of an event. */
struct xml_attribute {
    const char *name;
    const char *value; /* references are replaced; line ends and tabs are blanks */
};

/* What was read. */
struct xml_event {
    enum xml_kind kind;
    const char *name; /* of the element; NULL for text */
    const char *text; /* references are replaced; NULL but for text */
    struct xml_attribute attributes[XML_ATTRIBUTES_MOST];
    size_t attribute_count;
};

/* Begins to read. The text must stay. Cannot fail; xml_reader_free gives the reader back, and all
 * strings of its events. */
struct xml_reader *xml_reader_new(const char *text);
void xml_reader_free(struct xml_reader *reader);

/*
 * Reads the next event; an element without content is two. Comments and declarations of XML are
 * passed over; a document type, which may define entities, is refused. Returns 1, 0 at the end, or
 * -1 with a message (error.h) that names the line. At the end one element was there, and closed.
 */
int xml_reader_next(struct xml_reader *reader, struct xml_event *event, struct error *error);

#endif
