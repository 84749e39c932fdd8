# Makes a C source of the page's style and script, and of the script's hash, by which the page allows
# this script and no other. Both files are ASCII.
# usage: cmake -DSTYLE=FILE -DSCRIPT=FILE -DOUT=FILE -P embed.cmake
function(bytes_of hex bytes)
  string(REGEX REPLACE "(..)" "0x\\1," list "${hex}")
  set(${bytes} "${list}" PARENT_SCOPE)
endfunction()

file(READ "${STYLE}" style HEX)
file(READ "${SCRIPT}" script HEX)
file(SHA256 "${SCRIPT}" hash)
bytes_of("${style}" style_bytes)
bytes_of("${script}" script_bytes)
bytes_of("${hash}" hash_bytes)
file(WRITE "${OUT}" "#include \"report/page_files.h\"
const char page_style[] = {${style_bytes}0};
const char page_script[] = {${script_bytes}0};
const unsigned char page_script_sha256[PAGE_SHA256_BYTES] = {${hash_bytes}};
")
