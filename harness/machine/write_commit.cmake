# Run at build time: writes OUTPUT, a header with the commit of SOURCE, only when it has changed. The
# commit is empty outside a git checkout (an unpacked archive, also one that lies inside a checkout of
# something else) and where git refuses or is absent. `-dirty` says that tracked files were changed.
set(commit "")
find_program(git git)
if(git)
  # The checkout may belong to another user, as in a container; the build trusts it anyway.
  set(git_command ${git} -C ${SOURCE} -c safe.directory=${SOURCE})
  execute_process(COMMAND ${git_command} rev-parse --show-toplevel
    OUTPUT_VARIABLE top OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE result)
  file(REAL_PATH "${SOURCE}" source)
  if(result EQUAL 0 AND top STREQUAL source)
    execute_process(COMMAND ${git_command} describe --always --dirty --abbrev=40 --exclude=*
      OUTPUT_VARIABLE commit OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  endif()
endif()

set(text "/* Written at build time. */\n#define ALLOCOST_COMMIT \"${commit}\"\n")
set(old "")
if(EXISTS ${OUTPUT})
  file(READ ${OUTPUT} old)
endif()
if(NOT text STREQUAL old)
  file(WRITE ${OUTPUT} "${text}")
endif()
