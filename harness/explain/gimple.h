/*
 * Reads gcc's intermediate code, as -fdump-tree-PASS-lineno=FILE writes it, after the code is in
 * SSA form: any pass from `ssa` to `optimized`.
 */
#ifndef ALLOCOST_GIMPLE_H
#define ALLOCOST_GIMPLE_H

struct flow_unit;

/*
 * Adds the functions of a dump. `source` is the source's name as gcc was given it: it may hold what
 * would otherwise end a name. A function that the dump has twice counts as it is the second time.
 * What cannot be understood is passed over. Parameters are not `known`. Cannot fail.
 */
void gimple_read(struct flow_unit *unit, const char *text, const char *source);

#endif
