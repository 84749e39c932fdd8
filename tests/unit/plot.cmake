# harness/plot with the project's own scripts.
allocost_test(unit plain_text SOURCES plain_text_test.c LIBS plot)
allocost_test(unit tables SOURCES tables_test.c LIBS plot)
allocost_test(unit plot SOURCES plot_test.c plot_rows.c svg.c LIBS plot
  ARGS ${PROJECT_SOURCE_DIR}/plots)
allocost_test(unit summary_order SOURCES summary_order_test.c LIBS plot)
