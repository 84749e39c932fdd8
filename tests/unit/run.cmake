# harness/run, what its workers read, and the command line's options: one test a module.
set(cli_dir ${PROJECT_SOURCE_DIR}/harness/cli)

set(worker_dir ${PROJECT_SOURCE_DIR}/harness/worker)

allocost_test(unit callgrind_dump
  SOURCES callgrind_dump_test.c ${worker_dir}/callgrind_dump.c LIBS base)
allocost_test(unit budget SOURCES budget_test.c LIBS run)
allocost_test(unit order SOURCES order_test.c LIBS run)
allocost_test(unit noise SOURCES noise_test.c LIBS run)
allocost_test(unit plan SOURCES plan_test.c LIBS run)
allocost_test(unit session SOURCES session_test.c LIBS run)
allocost_test(unit child SOURCES child_test.c LIBS run)
allocost_test(unit progress SOURCES progress_test.c LIBS run)
allocost_test(unit run_directory SOURCES run_directory_test.c LIBS run)
allocost_test(unit options SOURCES options_test.c ${cli_dir}/options.c LIBS base)
