# Four strings made one, by their length: each way under the baseline, and one block of the exact
# size beside a new block for each piece under each allocator.
question = 'What does it cost to make one string of four?'
call ARG1 ARG1 ARG2 ARG3

# The foot of the page is for both panels.
stats cells using (is_row('string_concat') ? is_unresolved(0) : 0) nooutput
set multiplot

# ---- Every way, under the baseline ----
LINES_MOST = 7
load shapes.'lines_begin.gp'
heap_color = baseline > 0 ? allocator_color[baseline] : TEXT
heap_mark = baseline > 0 ? allocator_mark[baseline] : 7
done = set_line(1, 'ready, only read', storage_color[STATIC], storage_mark[STATIC], 1)
done = set_line(2, 'stack: stpcpy', storage_color[STACK], storage_mark[STACK], 1)
done = set_line(3, 'stack: strcat', storage_color[STACK], storage_mark[STACK], 2)
done = set_line(4, 'arena: exact', storage_color[ARENA], storage_mark[ARENA], 1)
done = set_line(5, 'malloc: exact', heap_color, heap_mark, 1)
done = set_line(6, 'realloc: grown', heap_color, 9, 1)
done = set_line(7, 'malloc: 3 blocks', heap_color, heap_mark, 2)
line_of(variant, allocator) = !is_row('string_concat') || allocator != 0 && allocator != baseline \
    ? 0 : variant eq 'ready_pieces4' ? 1 : variant eq 'stpcpy_stack_pieces4' ? 2 \
    : variant eq 'strcat_stack_pieces4' ? 3 : variant eq 'stpcpy_arena_pieces4' ? 4 \
    : variant eq 'stpcpy_malloc_pieces4' ? 5 : variant eq 'growing_realloc_pieces4' ? 6 \
    : variant eq 'growing_malloc_pieces4' ? 7 : 0
stats cells using (take_point(line_of(strcol('variant'), column('allocator')), column('value'))) \
    nooutput
floor = NaN # the string that is ready is the floor
floor_label = ''
x_title = 'characters of each (logarithmic)'
x_text(v) = sprintf('%g', v)
x_log = 1
box_right = 590
panel_title = 'Each way, '.baseline_label
load shapes.'lines.gp'
unset label; unset arrow

# ---- One block, and one for each piece but the first, under each allocator ----
LINES_MOST = 2 * ALLOCATORS_MOST
load shapes.'lines_begin.gp'
do for [i = 1:allocators] {
    done = set_line(i, allocator_label[i], allocator_color[i], allocator_mark[i], 1)
    done = set_line(ALLOCATORS_MOST + i, '', allocator_color[i], allocator_mark[i], 2)
}
line_of(variant, allocator) = !is_row('string_concat') ? 0 \
    : variant eq 'stpcpy_malloc_pieces4' ? int(allocator) \
    : variant eq 'growing_malloc_pieces4' ? ALLOCATORS_MOST + int(allocator) : 0
stats cells using (take_point(line_of(strcol('variant'), column('allocator')), column('value'))) \
    nooutput
floor = NaN
floor_label = ''
box_left = 590; box_right = WIDTH
grown_points = 0
do for [l = ALLOCATORS_MOST + 1:LINES_MOST] { grown_points = grown_points + line_count[l] }
panel_title = 'malloc: exact'.(grown_points > 0 ? '; dashed: 3 blocks' : '')
if (points > 0) { load shapes.'lines.gp' }
unset multiplot
