/* The struct of SIZE bytes; included once for each size. */
struct SIZED(object) {
    uint64_t words[SIZE / 8];
#if SIZE % 8 != 0
    unsigned char tail[SIZE % 8];
} __attribute__((packed)); /* or the size would be rounded up to whole words */
#else
};
#endif
_Static_assert(sizeof(struct SIZED(object)) == SIZE, "the struct has the size it is named for");
