# Rules of the tree itself: who knows whom, how files are called, laid out, and how long they are.
function(rule_test name)
  add_test(NAME unit.${name}
    COMMAND sh ${CMAKE_CURRENT_SOURCE_DIR}/${name}.sh ${PROJECT_SOURCE_DIR} ${ARGN})
  set_tests_properties(unit.${name} PROPERTIES LABELS unit SKIP_RETURN_CODE 77 TIMEOUT 120)
endfunction()

get_property(scenarios GLOBAL PROPERTY allocost_scenarios)
rule_test(arrows ${scenarios})
rule_test(format)
rule_test(file_rules)
rule_test(scenario_table ${scenarios})
rule_test(stale)
