/* observations.csv: what is written is read, and a broken row is named with its place. */
#include "check.h"
#include "data/observation.h"
#include "error.h"
#include "scratch.h"

#include <math.h>

static const char header[] =
    "round,scenario,variant,storage,param,value,threads,allocator,metric,unit,observed,status\n";

static const struct observation rows[] = {
    {1, {"s", "v", "heap", "size", "64", 1, "glibc"}, "p50", "ns", 123456.789, SAMPLE_OK},
    {2, {"s", "v", "heap", "", "", 1, "a,b"}, "drift", "bytes", -4096, SAMPLE_NOISY}};

static const char text[] = "1,s,v,heap,size,64,1,glibc,p50,ns,123456.789,ok\n"
                           "2,s,v,heap,,,1,\"a,b\",drift,bytes,-4096,noisy\n";

static void test_round_trip(void)
{
    const char *const path = scratch_path("one.csv");
    struct observation_writer *writer = observation_writer_open(path, false, NULL);
    EXPECT_INT(observation_writer_append(writer, rows, 2, NULL), 0);
    observation_writer_close(writer);
    char expected[512];
    snprintf(expected, sizeof expected, "%s%s", header, text);
    EXPECT_STR(scratch_read(path), expected);

    struct observations loaded;
    EXPECT_INT(observations_load(path, &loaded, NULL), 0);
    EXPECT_INT(loaded.count, 2);
    EXPECT_INT(loaded.rows[1].round, 2);
    EXPECT_STR(loaded.rows[0].cell.value, "64");
    EXPECT_STR(loaded.rows[0].metric, "p50");
    EXPECT_STR(loaded.rows[1].unit, "bytes");
    EXPECT_NEAR(loaded.rows[1].value, -4096, 0);
    EXPECT_INT(loaded.rows[1].status, SAMPLE_NOISY);
    observations_free(&loaded);
}

/* It goes on behind the last whole row; where there was no file, it makes one. */
static void test_resume(void)
{
    char expected[1024];
    snprintf(expected, sizeof expected, "%s%s3,s,v,he", header, text);
    const char *const path = scratch_write("cut.csv", expected, strlen(expected));
    struct observation_writer *writer = observation_writer_open(path, true, NULL);
    EXPECT_INT(observation_writer_append(writer, rows, 1, NULL), 0);
    observation_writer_close(writer);
    snprintf(expected, sizeof expected, "%s%s%.*s", header, text,
             (int)(strchr(text, '\n') + 1 - text), text);
    EXPECT_STR(scratch_read(path), expected);
    writer = observation_writer_open(scratch_path("new.csv"), true, NULL);
    observation_writer_close(writer);
    EXPECT_STR(scratch_read(scratch_path("new.csv")), header);
    struct error error = {""};
    EXPECT(observation_writer_open(path, false, &error) == NULL);
    EXPECT(strstr(error.text, "cut.csv") != NULL);
}

static void test_broken(void)
{
    static const struct {
        const char *row;
        const char *said;
    } broken[] = {
        {"0,s,v,heap,,,1,x,p50,ns,1,ok\n", "broken.csv:2:1: 0 is not from 1 to 1000000000"},
        {"1,s,v,heap,,,1,x,,ns,1,ok\n",
         "broken.csv:2:18: an observation needs the name of its metric"},
        {"1,s,v,heap,,,1,x,p50,ns,much,ok\n", "broken.csv:2:25: `much` is no number"},
        {"1,s,v,heap,,,1,x,p50,ns,,ok\n", "broken.csv:2:25: an observation needs a number"},
        {"1,s,v,heap,,,1,x,p50,ns,1,failed\n", "broken.csv:2:27: an observation is ok or noisy"},
    };
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        char content[512];
        snprintf(content, sizeof content, "%s%s", header, broken[i].row);
        struct observations loaded;
        struct error error = {""};
        EXPECT_INT(observations_load(scratch_write("broken.csv", content, strlen(content)), &loaded,
                                     &error),
                   -1);
        EXPECT_STR(strstr(error.text, "broken.csv"), broken[i].said);
        EXPECT_INT(loaded.count, 0);
    }
}

int main(void)
{
    test_round_trip();
    test_resume();
    test_broken();
    return check_result();
}
