# The allocations of a program, done again: a bar an allocator, of the built-in trace and of a given
# one. A trace is one operation; divided by its blocks, traces can be compared.
question = 'What do the allocations of a real program cost?'
call ARG1 ARG1 ARG2 ARG3

GIVEN = ALLOCATORS_MOST # the bars of the given trace stand behind those of the built-in one
BARS_MOST = 2 * ALLOCATORS_MOST
load shapes.'bars_begin.gp'
do for [i = 1:allocators] {
    done = set_bar(i, 'a C compiler: '.allocator_label[i], allocator_color[i], 1)
    done = set_bar(GIVEN + i, 'given: '.allocator_label[i], allocator_color[i], 2)
}
number(variant, allocator) = !is_row('replay') || allocator < 1 ? 0 \
    : variant eq 'builtin' ? int(allocator) : variant eq 'given' ? GIVEN + int(allocator) : 0
floor = NaN
floor_label = ''
divide(i) = i < 1 || i > BARS_MOST ? 0 : (bar_value[i] = bar_value[i] / bar_allocs[i], \
    bar_low[i] = bar_low[i] / bar_allocs[i], bar_high[i] = bar_high[i] / bar_allocs[i], 0)
take_block(i) = take_bar(i) + divide(i)
stats cells using (take_block(number(strcol('variant'), column('allocator')))) nooutput
bars_title = 'ns per block, with all calls until it is freed, lower is better'
with_allocs = 0
load shapes.'bars.gp'
