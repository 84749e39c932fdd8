# Two threads that write to an object each: where the objects lie, by hand and by the allocator.
question = 'Do two threads slow each other down at objects of their own?'
call ARG1 ARG1 ARG2 ARG3

BARS_MOST = 6
load shapes.'bars_begin.gp'
heap_color = baseline > 0 ? allocator_color[baseline] : TEXT
done = set_bar(1, 'static, 128 bytes apart', storage_color[STATIC], 1)
done = set_bar(2, 'static, side by side', storage_color[STATIC], 1)
done = set_bar(3, 'both from one thread', heap_color, 2)
done = set_bar(4, 'each its own, anew', heap_color, 3)
done = set_bar(5, "each its own, another's freed", heap_color, 3)
done = set_bar(6, 'each its own, aligned to 128', heap_color, 3)
way(variant) = variant eq 'padded' ? 1 : variant eq 'adjacent' ? 2 : variant eq 'handed' ? 3 \
    : variant eq 'active' ? 4 : variant eq 'passive' ? 5 : variant eq 'active_padded' ? 6 : 0
floor = NaN
keep_padded(variant) = variant eq 'padded' ? (floor = column('ns_median'), 0) : 0
stats cells using (strcol('scenario') eq 'false_sharing' ? take_bar_or_dot(way(strcol('variant')), \
    column('allocator')) + keep_padded(strcol('variant')) : 0) nooutput
floor_label = '256 writes, nothing shared'
with_allocs = 0
load shapes.'bars.gp'
