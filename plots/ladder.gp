# One object of 64 bytes on each rung: stack, arena, pool, pool behind a call, each allocator.
question = 'What does one 64-byte object cost, by where it lives?'
call ARG1 ARG1 ARG2 ARG3

BARS_MOST = 4 + ALLOCATORS_MOST
load shapes.'bars_begin.gp'
done = set_bar(1, "stack: the caller's frame", storage_color[STACK], 1)
done = set_bar(2, 'arena: mark and release', storage_color[ARENA], 1)
done = set_bar(3, 'pool: inlined', storage_color[POOL], 1)
done = set_bar(4, 'pool: behind a call', storage_color[POOL_CALL], 1)
do for [i = 1:allocators] {
    done = set_bar(4 + i, 'malloc: '.allocator_label[i], allocator_color[i], 2)
}

number(variant) = !is_row('return_pointer') || !is_at(64) ? 0 \
    : variant eq 'out_param' ? 1 : variant eq 'arena_mark' ? 2 : variant eq 'pool' ? 3 \
    : variant eq 'pool_call' ? 4 : variant eq 'malloc' ? 4 + column('allocator') : 0
stats cells using (take_bar(number(strcol('variant'))) + keep_floor('return_pointer')) nooutput
floor = floor_ns(0)
floor_label = 'no object'
with_allocs = 0
load shapes.'bars.gp'
