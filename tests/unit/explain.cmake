# harness/explain: its readers, on what compilers and binutils print.
allocost_test(unit flow SOURCES flow_test.c LIBS explain ARGS ${CMAKE_CURRENT_SOURCE_DIR}/dumps)
allocost_test(unit compiler_notes SOURCES compiler_notes_test.c LIBS explain)
allocost_test(unit compile_commands SOURCES compile_commands_test.c LIBS explain)
