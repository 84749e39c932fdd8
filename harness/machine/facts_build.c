#include "facts_collect.h"

#include "build_facts.h"
#include "commit.h"
#include "fact_sink.h"

void facts_of_build(const struct fact_sink *sink)
{
    fact_put(sink, "build.version", ALLOCOST_VERSION);
    if (*ALLOCOST_COMMIT != '\0')
        fact_put(sink, "build.commit", ALLOCOST_COMMIT);
    else
        fact_missing(sink, "build.commit", "not built from a git checkout");
    fact_put(sink, "build.compiler", ALLOCOST_COMPILER);
    fact_put(sink, "build.flags", ALLOCOST_MEASURED_FLAGS_TEXT);
    fact_put(sink, "build.type", ALLOCOST_BUILD_TYPE);
    fact_put(sink, "build.sanitizers", *ALLOCOST_SANITIZERS != '\0' ? ALLOCOST_SANITIZERS : "none");
}
