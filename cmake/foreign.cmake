# Files for a compiler of their own: gcc's nested functions and clang's blocks are in one program,
# and no compiler knows both. Such a file is compiled by the compiler that knows it, with the flags
# of measured code but without sanitizers, whose runtimes differ.

include(CheckLinkerFlag)

if(CMAKE_C_COMPILER_ID STREQUAL "GNU")
  set(allocost_gcc ${CMAKE_C_COMPILER})
elseif(NOT CMAKE_CROSSCOMPILING)
  find_program(ALLOCOST_GCC NAMES gcc gcc-15 gcc-14 gcc-13 gcc-12 gcc-11
    DOC "gcc, for nested functions")
  set(allocost_gcc ${ALLOCOST_GCC})
endif()

if(CMAKE_C_COMPILER_ID STREQUAL "Clang")
  set(allocost_clang ${CMAKE_C_COMPILER})
elseif(NOT CMAKE_CROSSCOMPILING)
  find_program(ALLOCOST_CLANG NAMES clang clang-20 clang-19 clang-18 clang-17 clang-16 clang-15
    clang-14 DOC "clang, for blocks")
  set(allocost_clang ${ALLOCOST_CLANG})
endif()
find_library(ALLOCOST_BLOCKS_RUNTIME BlocksRuntime DOC "the library that blocks are copied by")

set(allocost_foreign_flags -std=gnu11 -D_GNU_SOURCE -fPIC)
if(CMAKE_BUILD_TYPE STREQUAL "Debug")
  list(APPEND allocost_foreign_flags -Og -g)
else()
  list(APPEND allocost_foreign_flags ${allocost_measured_flags} -DNDEBUG)
endif()

# allocost_foreign_probe(RESULT COMPILER SOURCE FLAGS...): whether the compiler, of which the path may
# be empty, takes this text.
function(allocost_foreign_probe result compiler source)
  set(${result} OFF PARENT_SCOPE)
  if(NOT compiler)
    return()
  endif()
  set(file ${CMAKE_CURRENT_BINARY_DIR}/CMakeFiles/${result}.c)
  file(WRITE ${file} "${source}\n")
  execute_process(COMMAND ${compiler} ${allocost_foreign_flags} ${ARGN} -c ${file} -o ${file}.o
    RESULT_VARIABLE code OUTPUT_QUIET ERROR_QUIET)
  if(code EQUAL 0)
    set(${result} ON PARENT_SCOPE)
  endif()
endfunction()

allocost_foreign_probe(allocost_has_nested "${allocost_gcc}"
  "int apply(int (*f)(int)); int outer(int a); int outer(int a) { int inner(int b) { return a + b; } return apply(inner); }")
allocost_foreign_probe(allocost_has_blocks "${allocost_clang}"
  "#include <Block.h>\nvoid copy(void); void copy(void) { _Block_release(_Block_copy(^{})); }"
  -fblocks)
if(NOT ALLOCOST_BLOCKS_RUNTIME)
  set(allocost_has_blocks OFF)
endif()

# allocost_foreign(SCENARIO COMPILER SOURCE FLAGS...): the file becomes part of the scenario, whose
# program and tests get it with the libraries they link.
function(allocost_foreign scenario compiler source)
  get_filename_component(stem ${source} NAME_WE)
  set(source ${CMAKE_CURRENT_SOURCE_DIR}/${source})
  set(object ${CMAKE_CURRENT_BINARY_DIR}/foreign_${stem}.o)
  set(flags ${allocost_foreign_flags} ${ARGN} ${allocost_c_warnings})
  if(ALLOCOST_WERROR)
    list(APPEND flags -Werror)
  endif()
  foreach(folder IN ITEMS ${PROJECT_SOURCE_DIR}/harness ${CMAKE_CURRENT_SOURCE_DIR}/storage)
    list(APPEND flags -I${folder})
  endforeach()
  add_custom_command(OUTPUT ${object}
    COMMAND ${compiler} ${flags} -MD -MT ${object} -MF ${object}.d -c ${source} -o ${object}
    DEPENDS ${source} DEPFILE ${object}.d COMMENT "Building ${stem} with ${compiler}" VERBATIM)
  set_source_files_properties(${object} PROPERTIES GENERATED ON EXTERNAL_OBJECT ON)
  add_library(foreign_${stem} STATIC ${object})
  set_target_properties(foreign_${stem} PROPERTIES LINKER_LANGUAGE C)
  target_link_libraries(bench_${scenario} PRIVATE foreign_${stem})
endfunction()

# Who runs a trampoline makes the stack executable; the linker must not do it for the whole program,
# nor say that it did not.
check_linker_flag(C "LINKER:-z,noexecstack,--no-warn-execstack" allocost_has_no_warn_execstack)

# allocost_nested(SCENARIO SOURCE DEFINITION): a file with nested functions, and the scenario is
# compiled with DEFINITION=1, where there is a gcc.
function(allocost_nested scenario source definition)
  if(NOT allocost_has_nested)
    return()
  endif()
  allocost_foreign(${scenario} ${allocost_gcc} ${source})
  get_filename_component(stem ${source} NAME_WE)
  if(allocost_has_no_warn_execstack)
    target_link_options(foreign_${stem} INTERFACE "LINKER:-z,noexecstack,--no-warn-execstack")
  else()
    target_link_options(foreign_${stem} INTERFACE "LINKER:-z,noexecstack")
  endif()
  target_compile_definitions(scenario_${scenario} PRIVATE ${definition}=1)
endfunction()

# allocost_blocks(SCENARIO SOURCE DEFINITION): the same with blocks, where there are clang and the
# library.
function(allocost_blocks scenario source definition)
  if(NOT allocost_has_blocks)
    return()
  endif()
  allocost_foreign(${scenario} ${allocost_clang} ${source} -fblocks)
  get_filename_component(stem ${source} NAME_WE)
  target_link_libraries(foreign_${stem} INTERFACE ${ALLOCOST_BLOCKS_RUNTIME})
  target_compile_definitions(scenario_${scenario} PRIVATE ${definition}=1)
endfunction()
