# Steps of 64 blocks: after other work that reads much or little, and among many live blocks or few.
question = 'What does malloc cost where its data are cold?'
call ARG1 ARG1 ARG2 ARG3

BARS_MOST = 16
load shapes.'bars_begin.gp'
heap_color = baseline > 0 ? allocator_color[baseline] : TEXT
array read[2] = ['4 KiB read: ', '256 KiB read: ']
array live[2] = ['of 256 KiB live: ', 'of 8 MiB live: ']
do for [g = 1:2] {
    first = 5 * (g - 1)
    done = set_bar(first + 1, read[g].'no block', storage_color[INLINE], g)
    done = set_bar(first + 2, read[g].'blocks that stay', storage_color[STATIC], g)
    done = set_bar(first + 3, read[g].'arena', storage_color[ARENA], g)
    done = set_bar(first + 4, read[g].'64 pools', storage_color[POOL], g)
    done = set_bar(first + 5, read[g].'malloc, free', heap_color, g)
    first = 10 + 3 * (g - 1)
    done = set_bar(first + 1, live[g].'blocks that stay', storage_color[STATIC], 2 + g)
    done = set_bar(first + 2, live[g].'64 pools', storage_color[POOL], 2 + g)
    done = set_bar(first + 3, live[g].'free, malloc', heap_color, 2 + g)
}
way(variant) = variant eq 'work_only' ? 1 : variant eq 'static' ? 2 : variant eq 'arena' ? 3 \
    : variant eq 'pool' ? 4 : variant eq 'malloc' ? 5 : 0
exchange(variant) = variant eq 'exchange_static' ? 1 : variant eq 'exchange_pool' ? 2 \
    : variant eq 'exchange_malloc' ? 3 : 0
FEW = 4096; MANY = 262144; MOST = 8388608 # bytes
number(variant) = way(variant) > 0 \
    ? (is_at(FEW) ? way(variant) : is_at(MANY) ? 5 + way(variant) : 0) \
    : exchange(variant) > 0 \
    ? (is_at(MANY) ? 10 + exchange(variant) : is_at(MOST) ? 13 + exchange(variant) : 0) : 0
stats cells using (is_row('cold_path') \
    ? take_bar_or_dot(number(strcol('variant')), column('allocator')) : 0) nooutput
bars_title = 'ns per step of 64 blocks, lower is better'
floor = NaN
floor_label = ''
with_allocs = 0
load shapes.'bars.gp'
