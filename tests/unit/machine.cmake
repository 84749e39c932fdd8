# harness/machine and what it stands on: one test a module.
allocost_test(unit nearest SOURCES nearest_test.c LIBS base)
allocost_test(unit program_path SOURCES program_path_test.c LIBS base)
allocost_test(unit clock SOURCES clock_test.c LIBS process)
allocost_test(unit perf_counter SOURCES perf_counter_test.c LIBS process)
allocost_test(unit elf_file SOURCES elf_file_test.c LIBS machine)
allocost_test(unit allocators SOURCES allocators_test.c LIBS machine)
allocost_test(unit facts SOURCES facts_test.c LIBS machine)
allocost_test(unit checkup SOURCES checkup_test.c LIBS machine)
allocost_test(unit clock_step SOURCES clock_step_test.c LIBS machine)
allocost_test(unit pick_cpu SOURCES pick_cpu_test.c LIBS machine)

# Started again by itself under every allocator that is installed, alone and behind the interposer.
allocost_test(unit provider
  SOURCES provider_test.c LIBS process machine ARGS $<TARGET_FILE:allocost_count>)
add_dependencies(test_provider allocost_count)
allocost_test(unit setting SOURCES setting_test.c LIBS process machine)
allocost_test(unit provider_own SOURCES provider_own_test.c LIBS process)
allocost_test(unit provider_hidden SOURCES provider_own_test.c LIBS process)
target_compile_definitions(test_provider_hidden PRIVATE HIDDEN)
