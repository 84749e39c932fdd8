# harness/worker: what can be tested without a process of its own.
allocost_test(unit crew SOURCES crew_test.c LIBS crew)
