# harness/trace and harness/record: the codec, and the recorder's table.
allocost_test(unit trace SOURCES trace_test.c LIBS trace)
allocost_test(unit blocks SOURCES blocks_test.c ${PROJECT_SOURCE_DIR}/harness/record/blocks.c
  LIBS bench_api)
target_include_directories(test_blocks PRIVATE ${PROJECT_SOURCE_DIR}/harness)
