# Where a stack is not free: on new pages, in coroutines, out of a coroutine and for a signal.
question = 'What does a stack cost where it is not free?'
call ARG1 ARG1 ARG2 ARG3

BARS_MOST = 17
load shapes.'bars_begin.gp'
heap_color = baseline > 0 ? allocator_color[baseline] : TEXT
done = set_bar(1, '64 KiB deep: where it was before', storage_color[STACK], 1)
done = set_bar(2, '64 KiB deep: another stack, kept', storage_color[STATIC], 1)
done = set_bar(3, '64 KiB deep: pages given back', storage_color[STACK], 1)
done = set_bar(4, '64 KiB deep: new mapping', storage_color[STATIC], 1)
done = set_bar(5, '64 KiB deep: populated mapping', storage_color[STATIC], 1)
done = set_bar(6, 'coroutine, 64 KiB: stack kept', storage_color[STATIC], 2)
done = set_bar(7, 'coroutine, 64 KiB: arena', storage_color[ARENA], 2)
done = set_bar(8, 'coroutine, 64 KiB: pool', storage_color[POOL], 2)
done = set_bar(9, 'coroutine, 64 KiB: malloc', heap_color, 2)
done = set_bar(10, 'coroutine, 64 KiB: mmap', storage_color[STATIC], 2)
done = set_bar(11, 'coroutine, 64 KiB: mmap, guarded', storage_color[STATIC], 2)
done = set_bar(12, 'one frame: a plain call', storage_color[STACK], 3)
done = set_bar(13, 'one frame: coroutine, longjmp', storage_color[STATIC], 3)
done = set_bar(14, 'one frame: coroutine, swapcontext', storage_color[STATIC], 3)
done = set_bar(15, "one frame: a signal's handler", storage_color[STACK], 3)
done = set_bar(16, 'one frame: alternate stack', storage_color[STATIC], 3)
done = set_bar(17, 'one frame: alternate, set anew', storage_color[STATIC], 3)
way(variant) = variant eq 'deep_warm' ? 1 : variant eq 'deep_other_warm' ? 2 \
    : variant eq 'deep_first_use' ? 3 : variant eq 'deep_new_mmap' ? 4 \
    : variant eq 'deep_new_populate' ? 5 : variant eq 'co_kept' ? 6 : variant eq 'co_arena' ? 7 \
    : variant eq 'co_pool' ? 8 : variant eq 'co_malloc' ? 9 : variant eq 'co_mmap' ? 10 \
    : variant eq 'co_mmap_guard' ? 11 : variant eq 'call' ? 12 : variant eq 'switch_jump' ? 13 \
    : variant eq 'switch_context' ? 14 : variant eq 'signal' ? 15 \
    : variant eq 'signal_altstack' ? 16 : variant eq 'signal_altstack_set' ? 17 : 0
number(variant) = !is_row('stack_limits') || !(is_at(65536) || strcol('param') eq '') ? 0 \
    : way(variant)
stats cells using (take_bar_or_dot(number(strcol('variant')), column('allocator')) \
    + keep_floor('stack_limits')) nooutput
floor = floor_ns(0)
floor_label = 'empty loop'
with_allocs = 0
load shapes.'bars.gp'
