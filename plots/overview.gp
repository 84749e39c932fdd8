# The constructs of a program by allocators.
question = 'Which allocator is faster for which construct?'
call ARG1 ARG1 ARG2 ARG3

first_group = 1
last_group = 3
load shapes.'ratios.gp'
