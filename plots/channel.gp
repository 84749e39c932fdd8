# A channel of one message: made anew for each, or used for all, on one thread and on two.
question = 'What does a channel cost, and how much of it is its memory?'
call ARG1 ARG1 ARG2 ARG3

BARS_MOST = 14
load shapes.'bars_begin.gp'
heap_color = baseline > 0 ? allocator_color[baseline] : TEXT
done = set_bar(1, 'made and used once: ring in the frame', storage_color[STACK], 1)
done = set_bar(2, 'ring from malloc', heap_color, 1)
done = set_bar(3, 'malloc and free alone', heap_color, 1)
done = set_bar(4, 'mutex and ring from malloc', heap_color, 1)
done = set_bar(5, 'eventfd', storage_color[INLINE], 1)
done = set_bar(6, 'pipe', storage_color[INLINE], 1)
done = set_bar(7, 'there already, one thread: ring', storage_color[STACK], 2)
done = set_bar(8, 'mutex and ring', heap_color, 2)
done = set_bar(9, 'eventfd', storage_color[INLINE], 2)
done = set_bar(10, 'pipe', storage_color[INLINE], 2)
done = set_bar(11, 'there already, two threads: ring', storage_color[STACK], 3)
done = set_bar(12, 'mutex and ring', heap_color, 3)
done = set_bar(13, 'eventfd', storage_color[INLINE], 3)
done = set_bar(14, 'pipe', storage_color[INLINE], 3)
way(variant) = variant eq 'ring_stack_create' ? 1 : variant eq 'ring_heap_create' ? 2 \
    : variant eq 'malloc_only' ? 3 : variant eq 'mutex_heap_create' ? 4 \
    : variant eq 'eventfd_create' ? 5 : variant eq 'pipe_create' ? 6 \
    : variant eq 'ring_stack_steady' ? 7 : variant eq 'mutex_heap_steady' ? 8 \
    : variant eq 'eventfd_steady' ? 9 : variant eq 'pipe_steady' ? 10 \
    : variant eq 'ring_stack_steady_pair' ? 11 : variant eq 'mutex_heap_steady_pair' ? 12 \
    : variant eq 'eventfd_steady_pair' ? 13 : variant eq 'pipe_steady_pair' ? 14 : 0
# The rings have room for one message; those of the kernel have a size of their own, or none.
number(variant) = strcol('scenario') ne 'channel' || !(is_at(1) || strcol('param') eq '') ? 0 \
    : way(variant)
stats cells using (take_bar_or_dot(number(strcol('variant')), column('allocator')) \
    + keep_floor('channel')) nooutput
floor = floor_ns(0)
floor_label = 'empty loop'
with_allocs = 1
load shapes.'bars.gp'
