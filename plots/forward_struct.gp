# A struct handed down through calls: by value, by pointer, and by pointer with one copy at the end.
question = 'What does it cost to hand a struct down a chain of calls?'
call ARG1 ARG1 ARG2 ARG3

SIZES = 4
array bytes[SIZES] = ['16', '64', '256', '4096']
array size_name[SIZES] = ['16 B', '64 B', '256 B', '4 KiB']
array size_color[SIZES] = [way_color[5], way_color[6], way_color[2], way_color[4]]
array size_mark[SIZES] = [5, 9, 11, 13]
WAYS = 3 # each with a line for each size
array way[WAYS] = ['val', 'ptr_copy', 'val_tail']
array way_name[WAYS] = ['by value', 'pointer, one copy', 'by value, tail calls']
array way_dash[WAYS] = [1, 2, 3]
POINTER = WAYS * SIZES + 1 # the same at every size: one stands for all
POINTER_TAIL = POINTER + 1
LINES_MOST = POINTER_TAIL
load shapes.'lines_begin.gp'
do for [w = 1:WAYS] {
    do for [s = 1:SIZES] {
        done = set_line((w - 1) * SIZES + s, way_name[w].', '.size_name[s], \
            size_color[s], size_mark[s], way_dash[w])
    }
}
done = set_line(POINTER, 'pointer', storage_color[INLINE], storage_mark[STACK], 1)
done = set_line(POINTER_TAIL, 'pointer, tail calls', storage_color[INLINE], storage_mark[STACK], 3)
line_of(variant) = !is_row('forward_struct') ? 0 : variant eq 'ptr_64' ? POINTER \
    : variant eq 'ptr_tail_64' ? POINTER_TAIL \
    : sum [w = 1:WAYS] sum [s = 1:SIZES] (variant eq way[w].'_'.bytes[s] ? (w - 1) * SIZES + s : 0)
stats cells using (take_point(line_of(strcol('variant')), column('value')) \
    + keep_floor('forward_struct')) nooutput
floor = floor_ns(0)
floor_label = 'no call'
x_title = 'calls from the owner of the struct to its reader'
x_text(v) = sprintf('%g', v)
x_log = 0
x_step = 1
load shapes.'lines.gp'
