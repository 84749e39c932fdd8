/* The proof that no object is handed out twice finds it when one is, and when one is written to. */
#include "hand_out.h"

enum { OBJECTS = 4096, WORDS = 4 };

static uint64_t objects[OBJECTS][WORDS];
static uint64_t *free_list[OBJECTS + 1]; /* one of them twice */
static size_t free_count;
static uint64_t get_count;
static uint64_t *last_out; /* the object that was got last; NULL: it has been put since */

static void *open_none(void *pool)
{
    return pool;
}

static void close_none(void *handle)
{
    (void)handle;
}

static void *get_right(void *handle)
{
    (void)handle;
    return free_list[--free_count];
}

static void put_right(void *handle, void *object)
{
    (void)handle;
    if (object == last_out)
        last_out = NULL;
    free_list[free_count++] = object;
}

/* Once, after a while, the object stays in the list although it is out. */
static void *get_twice(void *handle)
{
    (void)handle;
    if (++get_count == 1000)
        return free_list[free_count - 1];
    return free_list[--free_count];
}

/* Once, after a while, an object is written to that is out. */
static void *get_written(void *handle)
{
    (void)handle;
    if (++get_count >= 1000 && last_out != NULL) {
        last_out[WORDS - 1]++;
        get_count = 0;
    }
    return last_out = free_list[--free_count];
}

static struct hand_out test;

static void run(void *(*get)(void *handle))
{
    const struct hand_out_pool pool = {
        .open = open_none,
        .close = close_none,
        .get = get,
        .put = put_right,
        .object_size = sizeof objects[0],
    };
    for (free_count = 0; free_count < OBJECTS; free_count++)
        free_list[free_count] = objects[free_count];
    get_count = 0;
    hand_out_run(&test, &pool, 1, 20000);
}

int main(void)
{
    run(get_right);
    EXPECT_INT(test.twice, 0);
    EXPECT_INT(test.overwritten, 0);
    EXPECT_INT(free_count, OBJECTS);
    EXPECT(test.generations > 5000);

    run(get_twice);
    EXPECT(test.twice > 0);

    run(get_written);
    EXPECT_INT(test.twice, 0);
    EXPECT(test.overwritten > 0);
    return check_result();
}
