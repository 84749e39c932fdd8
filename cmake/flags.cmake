# Two sets of flags: how every file is checked, and how measured code is built.

add_library(allocost_warnings INTERFACE)
set(allocost_c_warnings
  -Wall -Wextra -Wpedantic -Wshadow -Wundef -Wstrict-prototypes -Wmissing-prototypes -Wcast-align
  -Wcast-qual -Wwrite-strings -Wconversion -Wdouble-promotion -Wvla)
set(allocost_cxx_warnings
  -Wall -Wextra -Wpedantic -Wshadow -Wundef -Wcast-align -Wcast-qual -Wwrite-strings -Wconversion
  -Wdouble-promotion -Wvla)
target_compile_options(allocost_warnings INTERFACE
  "$<$<COMPILE_LANGUAGE:C>:${allocost_c_warnings}>"
  "$<$<COMPILE_LANGUAGE:CXX>:${allocost_cxx_warnings}>"
  "$<$<BOOL:${ALLOCOST_WERROR}>:-Werror>")
target_compile_definitions(allocost_warnings INTERFACE _GNU_SOURCE)

if(ALLOCOST_SANITIZE)
  add_compile_options(-fsanitize=${ALLOCOST_SANITIZE} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${ALLOCOST_SANITIZE})
endif()

# What distributions switch on by default differs (Ubuntu: stack clash protection and CET; newer
# releases: frame pointers), and each changes a cell. So all of it is said here, and all of it is recorded.
# Loops and functions start on fixed boundaries, so that a change in one function moves no other's.
set(allocost_measured_flags
  -O2 -gdwarf-4 -fno-lto -fomit-frame-pointer -fno-stack-protector -fno-stack-clash-protection
  -falign-functions=64 -falign-loops=32 -U_FORTIFY_SOURCE)
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64|i.86")
  list(APPEND allocost_measured_flags -fcf-protection=none)
elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "aarch64|arm64")
  list(APPEND allocost_measured_flags -mbranch-protection=none)
endif()
separate_arguments(allocost_measured_extra NATIVE_COMMAND "${ALLOCOST_MEASURED_FLAGS}")
list(APPEND allocost_measured_flags ${allocost_measured_extra})
# Where a compiler does more at -O3, a variant declares it; no compiler tells its level.
if(ALLOCOST_MEASURED_FLAGS MATCHES "(^| )-O(3|fast)( |$)")
  list(APPEND allocost_measured_flags -DMEASURED_AT_O3=1)
endif()
if(ALLOCOST_SANITIZE)
  list(REMOVE_ITEM allocost_measured_flags -fomit-frame-pointer)
endif()

add_library(allocost_measured INTERFACE)
if(CMAKE_BUILD_TYPE STREQUAL "Debug" AND NOT ALLOCOST_SANITIZE)
  # A debug build is for stepping through; nothing measured in it means anything.
  target_compile_options(allocost_measured INTERFACE -Og -g)
else()
  target_compile_options(allocost_measured INTERFACE ${allocost_measured_flags})
endif()
string(JOIN " " allocost_measured_flags_text ${allocost_measured_flags})
