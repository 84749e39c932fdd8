# remove_stale_programs(DIRECTORY NAME...): removes the programs bench_* of scenarios that are not in the
# list, as an older build left them. The driver measures every one that lies beside it.
function(remove_stale_programs directory)
  file(GLOB programs LIST_DIRECTORIES false "${directory}/bench_*")
  foreach(program IN LISTS programs)
    get_filename_component(file "${program}" NAME)
    string(REGEX REPLACE "^bench_" "" name "${file}")
    if(name MATCHES "^[a-z0-9_]+$" AND NOT name IN_LIST ARGN)
      message(STATUS "removing ${program}: there is no such scenario any more")
      file(REMOVE "${program}")
    endif()
  endforeach()
endfunction()
