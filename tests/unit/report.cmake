# harness/report: what text and figures become in a page, and the page as a whole.
allocost_test(unit html SOURCES html_test.c LIBS report)
allocost_test(unit svg_inline SOURCES svg_inline_test.c svg.c LIBS report)
allocost_test(unit report SOURCES report_test.c svg.c synthetic.c LIBS report)
