# How a scenario is compiled outside of the build, by the machine-code gate and by `allocost
# explain`: with the flags of measured code, but without the files for a compiler of their own,
# which the built object has.
set(allocost_compile_arguments -std=gnu${CMAKE_C_STANDARD} ${CMAKE_C_COMPILE_OPTIONS_PIC}
  ${allocost_measured_flags} -D_GNU_SOURCE -DNDEBUG
  -I${PROJECT_SOURCE_DIR}/harness -I${PROJECT_SOURCE_DIR}/benches/storage)
set(allocost_manifest_main ${PROJECT_SOURCE_DIR}/harness/explain/manifest_main.c)

# What `allocost explain` has to know of the build, beside the program: a word and fields a line,
# each behind a tab, in the form of harness/wire.h.
set(measured yes)
if(ALLOCOST_SANITIZE OR CMAKE_BUILD_TYPE STREQUAL "Debug")
  set(measured no) # sanitizers put calls of their own into the code
endif()
set(built_by other)
if(CMAKE_C_COMPILER_ID STREQUAL "GNU")
  set(built_by gcc)
elseif(CMAKE_C_COMPILER_ID STREQUAL "Clang")
  set(built_by clang)
endif()

function(explain_line)
  string(REPLACE "\\" "\\\\" fields "${ARGN}")
  list(JOIN fields "\t" line)
  set_property(GLOBAL APPEND_STRING PROPERTY allocost_explain_lines "${line}\n")
endfunction()

explain_line(measured ${measured})
explain_line(built ${built_by} ${CMAKE_C_COMPILER_VERSION})
explain_line(root ${PROJECT_SOURCE_DIR})
foreach(argument IN LISTS allocost_compile_arguments)
  explain_line(argument ${argument})
endforeach()
explain_line(link ${allocost_manifest_main})
explain_line(link $<TARGET_FILE:storage>)
get_property(scenarios GLOBAL PROPERTY allocost_scenarios)
foreach(name IN LISTS scenarios)
  get_property(sources GLOBAL PROPERTY allocost_sources_${name})
  list(TRANSFORM sources PREPEND ${PROJECT_SOURCE_DIR}/benches/)
  explain_line(scenario ${name} ${sources})
endforeach()
get_property(lines GLOBAL PROPERTY allocost_explain_lines)
file(GENERATE OUTPUT ${CMAKE_BINARY_DIR}/explain.tsv CONTENT "${lines}")
