/*
 * The recorder: a shared object that is preloaded in front of a program's allocator and writes a
 * trace of what it is asked for (trace_format.h has the format). `allocost record` starts programs
 * with it; nobody links with it.
 *
 * One process is recorded, the one that it is told of. A child that this makes goes on unrecorded;
 * the trace says that there was one. A program that this process becomes by exec is recorded anew,
 * from its start. Recording ends when the process does, by exit, _exit or quick_exit; a process
 * that ends in another way leaves a trace without its end, and without the last of its events:
 * what was in the buffer and the log.
 *
 * Its memory: a buffer of RECORD_BUFFER_BYTES, a log of LOG_ENTRIES calls that are not encoded yet,
 * and 48 to 96 bytes for each block that is live at a time, from mmap (in huge pages where the
 * kernel gives them on request, so rounded up to one). The file is opened for each buffer and
 * closed again, so that the program may close what it likes.
 */
#ifndef ALLOCOST_RECORD_H
#define ALLOCOST_RECORD_H

/* The environment of the program: an absolute path, and which process it is, in decimal. */
#define RECORD_FILE_VARIABLE "ALLOCOST_RECORD_FILE"
#define RECORD_PROCESS_VARIABLE "ALLOCOST_RECORD_PROCESS"

enum { RECORD_BUFFER_BYTES = 65536 };

#endif
