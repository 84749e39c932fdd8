# harness/data: one test a module.
allocost_test(unit csv SOURCES csv_test.c LIBS data)
allocost_test(unit stats SOURCES stats_test.c LIBS data)
allocost_test(unit sample SOURCES sample_test.c LIBS data)
allocost_test(unit counts SOURCES counts_test.c LIBS data)
allocost_test(unit file SOURCES file_test.c LIBS data)
allocost_test(unit summary SOURCES summary_test.c synthetic.c LIBS data)
allocost_test(unit verdict SOURCES verdict_test.c synthetic.c LIBS data)
allocost_test(unit table SOURCES table_test.c synthetic.c LIBS data)
