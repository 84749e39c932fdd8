/*
 * The files that every page of a report holds: made into C by the build.
 */
#ifndef ALLOCOST_PAGE_FILES_H
#define ALLOCOST_PAGE_FILES_H

enum { PAGE_SHA256_BYTES = 32 };

/* The style sheet and the script, terminated. */
extern const char page_style[];
extern const char page_script[];

/* SHA-256 of the script's bytes. */
extern const unsigned char page_script_sha256[PAGE_SHA256_BYTES];

#endif
