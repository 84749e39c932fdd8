# The example of an allocator of one's own: as the shared object that a run preloads, and with names of
# its own inside a test; there also with no thread cache at all.
set(own_allocator ${PROJECT_SOURCE_DIR}/benches/example/own_allocator.c)
add_library(own_allocator SHARED ${own_allocator})
target_compile_options(own_allocator PRIVATE -O2)
target_link_libraries(own_allocator PRIVATE allocost_warnings Threads::Threads)
set_target_properties(own_allocator PROPERTIES
  LIBRARY_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/tests" PREFIX "")

add_library(own_allocator_renamed OBJECT ${own_allocator})
target_link_libraries(own_allocator_renamed PRIVATE allocost_warnings)
foreach(name malloc free calloc realloc memalign aligned_alloc posix_memalign valloc malloc_usable_size)
  target_compile_definitions(own_allocator_renamed PRIVATE ${name}=own_${name})
endforeach()
allocost_test(unit own_allocator
  SOURCES own_allocator_test.c $<TARGET_OBJECTS:own_allocator_renamed> LIBS Threads::Threads)
add_test(NAME unit.own_allocator_bare COMMAND test_own_allocator)
set_tests_properties(unit.own_allocator_bare PROPERTIES
  LABELS unit TIMEOUT 120 ENVIRONMENT OWN_CACHE=0)
