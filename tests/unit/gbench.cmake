# The C API for Google Benchmark, its example, and what it costs.
allocost_test(unit gbench SOURCES gbench_test.c LIBS gbench)
allocost_test(unit gbench_skip SOURCES gbench_skip_test.c LIBS gbench)
allocost_test(unit gbench_clock SOURCES gbench_clock_test.c LIBS gbench)

add_executable(own_benchmark ${PROJECT_SOURCE_DIR}/benches/example/own_benchmark.c)
target_link_libraries(own_benchmark PRIVATE allocost_warnings allocost_measured gbench)
allocost_test(unit gbench_example
  SOURCES gbench_example_test.c ARGS $<TARGET_FILE:own_benchmark>)
add_dependencies(test_gbench_example own_benchmark)

allocost_test(unit harness_cost
  SOURCES harness_cost_test.c harness_cost_kernel.c LIBS allocost_measured gbench)
# valgrind 3.19 cannot read the debugging information of clang 14, and needs none.
target_link_options(test_harness_cost PRIVATE -Wl,--strip-debug)
