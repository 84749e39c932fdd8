/* The boxes: what goes in comes out, and who owns what is never in doubt. */
#include "box.h"

#include "check.h"

static const int64_t edges[] = {0,
                                1,
                                -1,
                                255,
                                256,
                                257,
                                -256,
                                INT32_MAX,
                                INT32_MIN,
                                BOX_TAGGED_INT_MIN,
                                BOX_TAGGED_INT_MAX,
                                BOX_TAGGED_INT_MIN - 1,
                                BOX_TAGGED_INT_MAX + 1,
                                INT64_MIN,
                                INT64_MAX};
enum { EDGES = sizeof edges / sizeof *edges };

static void test_small_ints(void)
{
    for (uint64_t value = 0; value < BOX_SMALL_INTS; value++) {
        const uint64_t *const entry = box_small_int(value);
        EXPECT(entry != NULL && *entry == value);
        EXPECT(box_is_small_int(entry));
    }
    EXPECT(box_small_int(BOX_SMALL_INTS) == NULL);
    EXPECT(box_small_int(UINT64_MAX) == NULL); /* -1 */
    EXPECT(box_small_int(UINT64_C(1) << 32) == NULL);

    const uint64_t local = 7;
    EXPECT(!box_is_small_int(&local));
    EXPECT(!box_is_small_int(NULL));
    const uintptr_t start = (uintptr_t)box_small_ints;
    EXPECT(!box_is_small_int((const void *)(start - 1)));
    EXPECT(box_is_small_int((const void *)(start + sizeof box_small_ints - 1)));
    EXPECT(!box_is_small_int((const void *)(start + sizeof box_small_ints)));
}

static void test_types(void)
{
    for (size_t i = 0; i < EDGES; i++) {
        int64_t here = edges[i], there = edges[i];
        const struct box boxed = box_pointer(&box_type_int, &here);
        const struct box other = box_pointer(&box_type_int, &there);
        const struct box inlined = box_inline_int(here);
        EXPECT(boxed.word.pointer == &here && !boxed.type->direct);
        EXPECT(inlined.word.integer == here && inlined.type->direct);
        EXPECT(box_equal(boxed, other)); /* the values, not the addresses */
        EXPECT(box_hash(boxed) == box_hash(other));
        EXPECT(box_hash(boxed) == box_hash(inlined)); /* the same number, wherever it is */
        EXPECT(!box_equal(boxed, inlined));           /* but another type */
        there++; /* as unsigned it would wrap; no edge is compared after this */
        if (here != INT64_MAX)
            EXPECT(!box_equal(boxed, other) && box_hash(boxed) != box_hash(other));
    }
    int64_t value = 3;
    struct box pointer = box_pointer(&box_type_pointer, &value);
    EXPECT(pointer.type->direct && pointer.word.pointer == &value);
    EXPECT(box_equal(pointer, box_pointer(&box_type_pointer, &value)));
    EXPECT(!box_equal(pointer, box_pointer(&box_type_pointer, &pointer)));
    const struct box nothing = {NULL, {.bits = 0}};
    EXPECT(box_equal(nothing, nothing));
    EXPECT(!box_equal(nothing, box_inline_int(0)));
    EXPECT_INT(sizeof(struct box), 16);
    EXPECT_INT(box_type_int.size_bytes, 8);
    EXPECT_STR(box_type_int.name, "int");

    /* The table serves as memory of an indirect type. */
    EXPECT(box_equal(box_pointer(&box_type_int, box_small_int(3)),
                     box_pointer(&box_type_int, &value)));
}

/* A type of somebody else's: dispatch goes to its own methods. */
static uint64_t hash_length(union box_word word)
{
    return strlen(word.pointer);
}

static bool equal_text(union box_word a, union box_word b)
{
    return strcmp(a.pointer, b.pointer) == 0;
}

static void test_own_type(void)
{
    static const struct box_type text = {"text", sizeof(char *), true, hash_length, equal_text};
    char one[] = "four", two[] = "four", three[] = "three";
    EXPECT_INT(box_hash(box_pointer(&text, three)), 5);
    EXPECT(box_equal(box_pointer(&text, one), box_pointer(&text, two)));
    EXPECT(!box_equal(box_pointer(&text, one), box_pointer(&text, three)));
}

static void test_tagged(void)
{
    for (size_t i = 0; i < EDGES; i++) {
        const int64_t value = edges[i];
        const bool fits = value >= BOX_TAGGED_INT_MIN && value <= BOX_TAGGED_INT_MAX;
        EXPECT_INT(box_tagged_fits(value), fits);
        const struct box_tagged tagged = box_tagged_from_int(value);
        EXPECT(box_tagged_is_int(tagged));
        EXPECT_INT(box_tagged_int(tagged) == value, fits);
    }
    uint64_t state = 1;
    unsigned wrong = 0;
    for (unsigned i = 0; i < 100000; i++) {
        state = state * UINT64_C(6364136223846793005) + 1442695040888963407;
        const int64_t value = (int64_t)state >> 1 >> i % 63;
        wrong += !box_tagged_fits(value) || box_tagged_int(box_tagged_from_int(value)) != value;
    }
    EXPECT_INT(wrong, 0);
    int64_t there = 5;
    const struct box_tagged tagged = box_tagged_from_pointer(&there);
    EXPECT(!box_tagged_is_int(tagged));
    EXPECT(box_tagged_pointer(tagged) == &there);
    EXPECT(!box_tagged_is_int(box_tagged_from_pointer(NULL)));
    EXPECT_INT(sizeof(struct box_tagged), 8);
}

static void test_union(void)
{
    EXPECT_INT(box_union_int(INT64_MIN).kind, BOX_INT);
    EXPECT(box_union_int(INT64_MIN).as.integer == INT64_MIN);
    EXPECT_INT(box_union_real(0.5).kind, BOX_REAL);
    EXPECT_NEAR(box_union_real(0.5).as.real, 0.5, 0);
    int there;
    EXPECT_INT(box_union_pointer(&there).kind, BOX_POINTER);
    EXPECT(box_union_pointer(&there).as.pointer == &there);
    const char text[BOX_UNION_BYTES + 1] = "0123456789abcdef";
    for (size_t size = 0; size <= BOX_UNION_BYTES; size++) {
        const struct box_union box = box_union_bytes(text, size);
        char expected[BOX_UNION_BYTES] = {0};
        memcpy(expected, text, size);
        EXPECT_INT(box.kind, BOX_BYTES);
        EXPECT(memcmp(box.as.bytes, expected, BOX_UNION_BYTES) == 0);
    }
    EXPECT_INT(sizeof(struct box_union), 24);
}

int main(void)
{
    test_small_ints();
    test_types();
    test_own_type();
    test_tagged();
    test_union();
    return check_result();
}
