#include "synthetic.h"

#include <math.h>
#include <string.h>

struct sample synthetic_row(unsigned round, const char *variant, const char *storage,
                            const char *allocator, double ns_per_op)
{
    return (struct sample){
        .round = round,
        .rep = 1,
        .cell = {"scenario", variant, storage, "", "", 1, allocator},
        .iterations = 1000,
        .ns_per_op = ns_per_op,
        .cpu_ns_per_op = ns_per_op,
        .core_ghz = 3,
        .checksum = 42,
        .has_checksum = true,
        .status = SAMPLE_OK,
        .detail = "",
    };
}

void synthetic_process(struct samples *samples, unsigned round, const char *variant,
                       const char *storage, const char *allocator, double ns_per_op,
                       enum sample_status status)
{
    static const double around[] = {1.02, 1, 0.98};
    for (unsigned rep = 1; rep <= 3; rep++) {
        struct sample row =
            synthetic_row(round, variant, storage, allocator, ns_per_op * around[rep - 1]);
        row.rep = rep;
        row.status = status;
        row.detail = status == SAMPLE_NOISY ? "the core clock deviates" : "";
        samples_add(samples, &row);
    }
}

/* SplitMix64: Steele, Lea, Flood, OOPSLA 2014. */
double synthetic_uniform(uint64_t *seed)
{
    uint64_t z = *seed += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    z ^= z >> 31;
    return ((double)(z >> 12) + 0.5) / 4503599627370496.0; /* 2^52 */
}

/* Box and Muller, Annals of Mathematical Statistics 29 (1958). */
double synthetic_normal(uint64_t *seed)
{
    const double radius = sqrt(-2 * log(synthetic_uniform(seed)));
    return radius * cos(2 * acos(-1) * synthetic_uniform(seed));
}

const struct summary_row *synthetic_find(const struct summary *summary, const char *variant,
                                         const char *allocator)
{
    for (size_t i = 0; i < summary->count; i++)
        if (strcmp(summary->rows[i].cell.variant, variant) == 0 &&
            strcmp(summary->rows[i].cell.allocator, allocator) == 0)
            return &summary->rows[i];
    return NULL;
}
