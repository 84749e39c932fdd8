# Files for a compiler of their own: gcc's nested functions and clang's blocks are in one program,
# and no compiler knows both; or what both make of one source is compared. Such a file is compiled
# with the flags of measured code but without sanitizers, whose runtimes differ.

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

# allocost_foreign_object(OBJECT COMPILER SOURCE FLAGS...): how the file is compiled to that object.
function(allocost_foreign_object object compiler source)
  get_filename_component(stem ${source} NAME_WE)
  set(source ${CMAKE_CURRENT_SOURCE_DIR}/${source})
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
endfunction()

# allocost_foreign_part(SCENARIO LIBRARY OBJECT): the object becomes part of the scenario, whose
# program and tests get it with the libraries they link.
function(allocost_foreign_part scenario library object)
  set_source_files_properties(${object} PROPERTIES GENERATED ON EXTERNAL_OBJECT ON)
  add_library(${library} STATIC ${object})
  set_target_properties(${library} PROPERTIES LINKER_LANGUAGE C)
  target_link_libraries(bench_${scenario} PRIVATE ${library})
endfunction()

# allocost_foreign(SCENARIO COMPILER SOURCE FLAGS...): the file becomes part of the scenario.
function(allocost_foreign scenario compiler source)
  get_filename_component(stem ${source} NAME_WE)
  set(object ${CMAKE_CURRENT_BINARY_DIR}/foreign_${stem}.o)
  allocost_foreign_object(${object} ${compiler} ${source} ${ARGN})
  allocost_foreign_part(${scenario} foreign_${stem} ${object})
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

# ---- One source by both compilers ----

# The other compiler than the one that compiles the rest; empty when there is none.
if(CMAKE_C_COMPILER_ID STREQUAL "GNU")
  set(allocost_other_compiler "${allocost_clang}")
else()
  set(allocost_other_compiler "${allocost_gcc}")
endif()
allocost_foreign_probe(allocost_has_other "${allocost_other_compiler}" "int one;")

# allocost_other(SCENARIO DEFINITION SOURCE...): these files of the scenario once more by the other
# compiler, and the scenario is compiled with DEFINITION=1, where there is one.
function(allocost_other scenario definition)
  if(NOT allocost_has_other)
    return()
  endif()
  foreach(source IN LISTS ARGN)
    allocost_foreign(${scenario} ${allocost_other_compiler} ${source})
  endforeach()
  target_compile_definitions(scenario_${scenario} PRIVATE ${definition}=1)
endfunction()

# Two units, optimised as one and joined into one ordinary object. As for a program (-fPIE), or no
# function would be inlined that another library could replace.
set(allocost_lto_flags -flto -fPIE)
set(allocost_gcc_join -flinker-output=nolto-rel)
set(allocost_clang_join)

# Whether the compiler of that kind and its linker do it.
function(allocost_lto_probe kind)
  set(allocost_has_lto_${kind} OFF PARENT_SCOPE)
  set(stem ${CMAKE_CURRENT_BINARY_DIR}/CMakeFiles/allocost_lto_${kind})
  set(caller "int allocost_called(int a); int caller(int a); int caller(int a) { return allocost_called(a); }")
  set(callee "int allocost_called(int a); int allocost_called(int a) { return a; }")
  foreach(unit caller callee)
    allocost_foreign_probe(allocost_lto_${kind}_${unit} "${allocost_${kind}}" "${${unit}}"
      ${allocost_lto_flags})
    if(NOT allocost_lto_${kind}_${unit})
      return()
    endif()
  endforeach()
  execute_process(COMMAND ${allocost_${kind}} ${allocost_foreign_flags} ${allocost_lto_flags}
    ${allocost_${kind}_join} -r -nostdlib ${stem}_caller.c.o ${stem}_callee.c.o -o ${stem}.o
    RESULT_VARIABLE code OUTPUT_QUIET ERROR_QUIET)
  if(code EQUAL 0)
    set(allocost_has_lto_${kind} ON PARENT_SCOPE)
  endif()
endfunction()
allocost_lto_probe(gcc)
allocost_lto_probe(clang)

# allocost_lto(SCENARIO KIND DEFINITION SOURCE...): these files once more by the compiler of that
# kind, gcc or clang, with DEFINITION=1 too, as one object; and the scenario is compiled with
# DEFINITION_KIND=1, where that can be.
function(allocost_lto scenario kind definition)
  if(NOT allocost_has_lto_${kind})
    return()
  endif()
  set(objects)
  foreach(source IN LISTS ARGN)
    get_filename_component(stem ${source} NAME_WE)
    set(object ${CMAKE_CURRENT_BINARY_DIR}/lto_${kind}_${stem}.o)
    allocost_foreign_object(${object} ${allocost_${kind}} ${source} ${allocost_lto_flags}
      -D${definition}=1)
    list(APPEND objects ${object})
  endforeach()
  set(joined ${CMAKE_CURRENT_BINARY_DIR}/lto_${kind}_${scenario}_joined.o)
  add_custom_command(OUTPUT ${joined}
    COMMAND ${allocost_${kind}} ${allocost_foreign_flags} ${allocost_lto_flags}
      ${allocost_${kind}_join} -r -nostdlib ${objects} -o ${joined}
    DEPENDS ${objects} COMMENT "Joining the units of ${scenario} with ${allocost_${kind}}" VERBATIM)
  allocost_foreign_part(${scenario} lto_${kind}_${scenario} ${joined})
  string(TOUPPER ${kind} suffix)
  target_compile_definitions(scenario_${scenario} PRIVATE ${definition}_${suffix}=1)
endfunction()
