# A list whose nodes lie where the allocator put them, by its length; beside it the best and the
# worst order.
question = 'What does a list cost to walk along, by where its nodes came from?'
call ARG1 ARG1 ARG2 ARG3

OTHERS = 5
LINES_MOST = OTHERS + ALLOCATORS_MOST
load shapes.'lines_begin.gp'
heap_color = baseline > 0 ? allocator_color[baseline] : TEXT
heap_mark = baseline > 0 ? allocator_mark[baseline] : 7
done = set_line(1, 'array, in order', storage_color[STATIC], storage_mark[STATIC], 1)
done = set_line(2, 'array, random', storage_color[STATIC], storage_mark[STATIC], 2)
done = set_line(3, 'arena', storage_color[ARENA], storage_mark[ARENA], 1)
done = set_line(4, 'pool, used', storage_color[POOL], storage_mark[POOL], 1)
done = set_line(5, baseline_label.', new', heap_color, heap_mark, 2)
do for [i = 1:allocators] {
    done = set_line(OTHERS + i, allocator_label[i].', used', allocator_color[i], \
        allocator_mark[i], 1)
}
line_of(variant) = variant eq 'array' ? 1 : variant eq 'array_random' ? 2 : variant eq 'arena' ? 3 \
    : variant eq 'pool_reused' ? 4 \
    : variant eq 'malloc_fresh' && column('allocator') == baseline ? 5 : 0
take(variant) = variant eq 'malloc_reused' \
    ? take_heap(OTHERS, column('allocator'), column('value')) \
    : take_point(line_of(variant), column('value'))
stats cells using ((is_row('locality') ? take(strcol('variant')) : 0) + keep_floor('locality')) \
    nooutput
y_title = 'ns per node, lower is better'
floor = floor_ns(0)
floor_label = 'no list'
x_title = 'nodes of 64 bytes in the list (used: after a list before was freed in random order)'
x_text(v) = v >= 1048576 ? sprintf('%gM', v / 1048576) : bytes_text(v)
x_log = 1
load shapes.'lines.gp'
