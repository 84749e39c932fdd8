# Blocks of pages, by page: memory that stays, pages made one by one, and a huge page.
question = 'What does it cost to touch a page for the first time?'
call ARG1 ARG1 ARG2 ARG3

BARS_MOST = 12
load shapes.'bars_begin.gp'
FEW = 16; HUGE = 512 # pages of a block
heap_color = baseline > 0 ? allocator_color[baseline] : TEXT
done = set_bar(1, '16 pages of a block that stays', storage_color[STATIC], 1)
done = set_bar(2, '16 pages from an arena', storage_color[ARENA], 1)
done = set_bar(3, '16 pages from malloc', heap_color, 1)
done = set_bar(4, '16 pages, kept with MADV_FREE', storage_color[STATIC], 1)
done = set_bar(5, '16 new pages: MADV_DONTNEED', storage_color[STATIC], 2)
done = set_bar(6, '16 new pages: brk, up and down', storage_color[STATIC], 2)
done = set_bar(7, '16 new pages: mmap, munmap', storage_color[STATIC], 2)
done = set_bar(8, '16 new pages: MAP_GROWSDOWN', storage_color[STATIC], 2)
done = set_bar(9, '16 new pages: MAP_POPULATE', storage_color[STATIC], 2)
done = set_bar(10, '512 pages of a block that stays', storage_color[STATIC], 3)
done = set_bar(11, '512 pages from malloc', heap_color, 3)
done = set_bar(12, '512 new pages: a huge one', storage_color[STATIC], 3)
way(variant) = is_at(FEW) ? (variant eq 'kept' ? 1 : variant eq 'arena' ? 2 \
    : variant eq 'malloc' ? 3 : variant eq 'madv_free' ? 4 : variant eq 'madv_dontneed' ? 5 \
    : variant eq 'brk' ? 6 : variant eq 'mmap' ? 7 : variant eq 'mmap_grows_down' ? 8 \
    : variant eq 'mmap_populate' ? 9 : 0) \
    : is_at(HUGE) ? (variant eq 'kept' ? 10 : variant eq 'malloc' ? 11 \
    : variant eq 'mmap_huge' ? 12 : 0) : 0
stats cells using (is_row('first_touch') \
    ? take_bar_or_dot(way(strcol('variant')), column('allocator')) : 0) nooutput
# A row is a whole block.
pages(i) = i >= 10 ? HUGE : FEW
do for [i = 1:BARS_MOST] {
    bar_value[i] = bar_value[i] / pages(i)
    bar_low[i] = bar_low[i] / pages(i)
    bar_high[i] = bar_high[i] / pages(i)
}
do for [d = 1:dots] { dot_value[d] = dot_value[d] / pages(dot_bar[d]) }
bars_title = 'ns per page, lower is better'
floor = NaN
floor_label = ''
with_allocs = 0
load shapes.'bars.gp'
