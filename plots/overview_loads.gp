# Loads that are all allocation by allocators: many blocks, sizes, threads.
question = 'Which allocator is faster under which load?'
call ARG1 ARG1 ARG2 ARG3

first_group = 4
last_group = 7
load shapes.'ratios.gp'
