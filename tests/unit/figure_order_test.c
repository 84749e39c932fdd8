/* The order of figures: by the file, then by name. */
#include "data/figure_order.h"

#include "check.h"
#include "scratch.h"

static void expect_before(const struct figure_order *order, const char *left, const char *right)
{
    const int found = figure_order_compare(order, left, right);
    if (found >= 0)
        fprintf(stderr, "%s is not before %s\n", left, right);
    EXPECT(found < 0);
    EXPECT(figure_order_compare(order, right, left) > 0);
}

static void test_order(void)
{
    static const char text[] = "overview\n\nladder \t\r\nclosures";
    struct figure_order order;
    scratch_write("order", text, sizeof text - 1);
    figure_order_load(scratch_directory, &order);
    EXPECT_INT(order.count, 3);
    expect_before(&order, "overview", "ladder");
    expect_before(&order, "ladder", "closures");
    expect_before(&order, "closures", "closures-runs"); /* which stands with it */
    expect_before(&order, "closures-runs", "aligned");
    expect_before(&order, "overview", "over");      /* a beginning is no name */
    expect_before(&order, "closures", "closures2"); /* nor is what begins with one */
    expect_before(&order, "aligned", "zeroed");
    expect_before(&order, "a-runs", "b");
    EXPECT_INT(figure_order_compare(&order, "ladder", "ladder"), 0);
    EXPECT_INT(figure_order_compare(&order, "aligned", "aligned"), 0);
    figure_order_free(&order);
    EXPECT_INT(order.count, 0);
}

static void test_none(void)
{
    struct figure_order order;
    figure_order_load("/nonexistent", &order);
    EXPECT_INT(order.count, 0);
    expect_before(&order, "closures", "ladder");
    expect_before(NULL, "closures", "ladder");
    figure_order_free(&order);
}

int main(void)
{
    test_order();
    test_none();
    return check_result();
}
