# An object that another thread reads: where it lies and who releases it, without a wait and with one.
question = 'What does it cost to hand an object to another thread?'
call ARG1 ARG1 ARG2 ARG3

BARS_MOST = 8
load shapes.'bars_begin.gp'
heap_color = baseline > 0 ? allocator_color[baseline] : TEXT
done = set_bar(1, '16 bytes in the ring itself', storage_color[INLINE], 1)
done = set_bar(2, '64 bytes in the ring itself', storage_color[INLINE], 1)
done = set_bar(3, 'from a pool, sent back', storage_color[POOL], 1)
done = set_bar(4, 'malloc, sent back and freed', heap_color, 1)
done = set_bar(5, 'malloc, freed by the receiver', heap_color, 1)
done = set_bar(6, 'a word, and wait', storage_color[INLINE], 2)
done = set_bar(7, "in the sender's frame, and wait", storage_color[STACK], 2)
done = set_bar(8, 'malloc, wait, free', heap_color, 2)
way(variant) = variant eq 'value_16' ? 1 : variant eq 'value_64' ? 2 : variant eq 'pool' ? 3 \
    : variant eq 'heap_parent' ? 4 : variant eq 'heap_child' ? 5 : variant eq 'ring_join' ? 6 \
    : variant eq 'stack_join' ? 7 : variant eq 'heap_join' ? 8 : 0
stats cells using ((is_row_on('hand_off', 2) ? take_bar_or_dot(way(strcol('variant')), \
    column('allocator')) : 0) + keep_floor_on('hand_off', 'ring', 2)) nooutput
floor = own_floor
floor_label = 'a word through the ring'
with_allocs = 1
load shapes.'bars.gp'
