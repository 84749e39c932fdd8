# One integer as text, by how many digits it has.
question = 'What does it cost to write an integer, by its digits?'
call ARG1 ARG1 ARG2 ARG3

RANDOM_X = 12 # where the axis has integers of 1 to 10 digits, as often one as another
METHODS = 7
LINES_MOST = 2 * METHODS
load shapes.'lines_begin.gp'
do for [k = 0:METHODS:METHODS] {
    done = set_line(k + 1, '"hello " by snprintf', storage_color[STACK], storage_mark[STACK], 1)
    done = set_line(k + 2, '"hello " by boxes', storage_color[INLINE], 9, 1)
    done = set_line(k + 3, '"hello " by itoa', storage_color[OTHER], storage_mark[OTHER], 1)
    done = set_line(k + 4, 'divide by 10', way_color[4], 7, 1)
    done = set_line(k + 5, 'two digits a step', way_color[5], 5, 1)
    done = set_line(k + 6, 'count digits first', way_color[6], 9, 1)
    done = set_line(k + 7, 'eight digits at once', way_color[1], 11, 1)
}
method(name) = name eq 'snprintf_stack' ? 1 : name eq 'fmt_any_stack' ? 2 \
    : name eq 'concat_stack' ? 3 : name eq 'itoa_div' ? 4 : name eq 'itoa_lut' ? 5 \
    : name eq 'itoa_count' ? 6 : name eq 'itoa_swar' ? 7 : 0
is_random(variant) = strlen(variant) > 7 && variant[strlen(variant) - 6:*] eq '_random'
random_of(variant) = is_random(variant) && method(variant[1:strlen(variant) - 7]) > 0 \
    ? METHODS + method(variant[1:strlen(variant) - 7]) : 0
take(variant) = !is_row('format_int') ? 0 : is_random(variant) \
    ? take_point(random_of(variant), RANDOM_X) : take_point(method(variant), column('value'))
stats cells using (take(strcol('variant')) + keep_floor('format_int')) nooutput
do for [l = 1:METHODS] { # the name stands behind the last point of a colour
    if (line_count[METHODS + l] > 0) { line_label[l] = '' }
}
floor = floor_ns(0)
floor_label = 'no text'
x_title = 'digits of the integer'
x_text(v) = v == RANDOM_X ? 'random' : sprintf('%g', v)
x_log = 0
load shapes.'lines.gp'
