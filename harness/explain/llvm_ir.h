/*
 * Reads LLVM's intermediate code as text, as clang -S -emit-llvm -g writes it: with typed pointers
 * (to LLVM 14) or with opaque ones.
 */
#ifndef ALLOCOST_LLVM_IR_H
#define ALLOCOST_LLVM_IR_H

struct flow_unit;

/*
 * Adds the functions of a module, those that are only declared included. Parameters are named when
 * clang ran with -fno-discard-value-names. What cannot be understood is passed over. Cannot fail.
 */
void llvm_ir_read(struct flow_unit *unit, const char *text);

#endif
