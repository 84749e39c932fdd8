set(storage_dir ${PROJECT_SOURCE_DIR}/benches/storage)

# The pool as the build makes it; with its checks, whatever the build; and with checks in the file that
# uses it, but not in the library.
allocost_test(unit pool SOURCES pool_test.c LIBS storage)
allocost_test(unit pool_checked SOURCES pool_test.c ${storage_dir}/pool.c LIBS storage)
target_compile_definitions(test_pool_checked PRIVATE POOL_DEBUG=1)
add_library(pool_unchecked STATIC ${storage_dir}/pool.c)
target_compile_definitions(pool_unchecked PRIVATE POOL_DEBUG=0)
target_link_libraries(pool_unchecked PRIVATE allocost_warnings)
target_include_directories(pool_unchecked INTERFACE ${storage_dir})
allocost_test(unit pool_mixed SOURCES pool_test.c LIBS pool_unchecked)
target_compile_definitions(test_pool_mixed PRIVATE POOL_DEBUG=1)

allocost_test(unit arena SOURCES arena_test.c LIBS storage)
allocost_test(unit box SOURCES box_test.c LIBS storage)
allocost_test(unit histogram SOURCES histogram_test.c LIBS storage)
allocost_test(unit spsc_ring SOURCES spsc_ring_test.c LIBS storage Threads::Threads)

# With the vector instructions of the machine, and the portable way beside them. The argument
# `exhaustive` makes it try every number there is, which takes minutes.
allocost_test(unit intfmt SOURCES intfmt_test.c LIBS storage)
allocost_test(unit intfmt_scalar SOURCES intfmt_test.c ${storage_dir}/intfmt.c LIBS storage)
target_compile_definitions(test_intfmt_scalar PRIVATE INTFMT_SCALAR)

# The pools that threads share: as the build makes them, and with their checks whatever the build.
# hand_out is the proof that they hand no object out twice, on pools that do.
allocost_test(unit hand_out SOURCES hand_out_test.c LIBS Threads::Threads)
allocost_test(unit mutex_pool SOURCES mutex_pool_test.c LIBS storage)
foreach(name object_source magazine_pool victim_pool treiber_pool)
  allocost_test(unit ${name} SOURCES ${name}_test.c LIBS storage)
  allocost_test(unit ${name}_checked LIBS storage SOURCES ${name}_test.c ${storage_dir}/pool.c
    ${storage_dir}/object_source.c ${storage_dir}/magazine_pool.c ${storage_dir}/victim_pool.c
    ${storage_dir}/treiber_pool.c)
  target_compile_definitions(test_${name}_checked PRIVATE POOL_DEBUG=1)
endforeach()
