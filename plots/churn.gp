# Blocks of mixed sizes, replaced at random: the allocators over what the sizes are drawn from.
question = 'What does it cost to replace one of 4096 live blocks of mixed sizes?'
call ARG1 ARG1 ARG2 ARG3

BARS_MOST = 3
load shapes.'bars_begin.gp'
heap_color = baseline > 0 ? allocator_color[baseline] : TEXT
done = set_bar(1, 'uniform, 16 to 4096 bytes', heap_color, 1)
done = set_bar(2, 'log-normal, half below 64 bytes', heap_color, 1)
done = set_bar(3, 'power law, from 16 bytes on', heap_color, 1)
way(variant) = variant eq 'uniform' ? 1 : variant eq 'lognormal' ? 2 : variant eq 'power' ? 3 : 0
number(variant) = is_row('churn') ? way(variant) : 0
stats cells using (take_bar_or_dot(number(strcol('variant')), column('allocator')) \
    + keep_floor('churn')) nooutput
floor = floor_ns(0)
floor_label = has(own_floor) ? 'the stamps alone' : 'empty loop'
with_allocs = 0
load shapes.'bars.gp'
