# harness/trace and harness/record: the codec, and the recorder's table, log and encoder.
allocost_test(unit trace SOURCES trace_test.c LIBS trace)
allocost_test(unit blocks SOURCES blocks_test.c ${PROJECT_SOURCE_DIR}/harness/record/blocks.c
  LIBS bench_api)
target_include_directories(test_blocks PRIVATE ${PROJECT_SOURCE_DIR}/harness)
set(record_dir ${PROJECT_SOURCE_DIR}/harness/record)
allocost_test(unit log SOURCES log_test.c ${record_dir}/log.c LIBS bench_api base Threads::Threads)
allocost_test(unit encoder SOURCES encoder_test.c ${record_dir}/encoder.c ${record_dir}/blocks.c
  ${record_dir}/stream.c LIBS trace base)
foreach(name log encoder)
  target_include_directories(test_${name} PRIVATE ${PROJECT_SOURCE_DIR}/harness)
endforeach()
