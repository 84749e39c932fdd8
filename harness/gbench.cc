/*
 * The library differs between 1.7.1 and its head in types, members and the meaning of figures. Its
 * headers carry no version, so each difference is found by what compiles, in the block "versions".
 */
#include "gbench.h"

#include <benchmark/benchmark.h>

#include <cmath>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <iostream>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

/* Flags that have no function to read or set them; they have these names in every version. */
namespace benchmark
{
extern bool FLAGS_benchmark_list_tests;
extern double FLAGS_benchmark_min_warmup_time;
} // namespace benchmark

/*
 * From 1.8.4 on the library tells its version by a function. Where there is one, it and the
 * template are both found, as if in the global namespace, and a function wins over a template.
 */
namespace gbench_older
{
template <int = 0> std::string GetBenchmarkVersion()
{
    return "";
}
} // namespace gbench_older

namespace gbench_version
{
using namespace gbench_older;
using namespace benchmark;

static std::string tell()
{
    return GetBenchmarkVersion();
}
} // namespace gbench_version

namespace
{
using benchmark::BenchmarkReporter;
using benchmark::State;

struct body {
    bm_benchmark *owner;
    void operator()(State &state) const noexcept;
};

/* --- Versions ------------------------------------------------------------------------------ */

using handle = decltype(benchmark::RegisterBenchmark("", std::declval<body>()));

/* From 1.8.0 on a run is skipped with an error or with a message; before, only with an error. */
template <class R> constexpr auto tells_skips(int) -> decltype(std::declval<R>().skipped, true)
{
    return true;
}
template <class R> constexpr bool tells_skips(long)
{
    return false;
}
constexpr bool has_skip_message = tells_skips<BenchmarkReporter::Run>(0);

/* What a run says of its end. */
struct outcome {
    bool skipped;
    bool error;
    const char *message;
};

/* Messages that a library without skips had to be given as errors. */
[[maybe_unused]] std::set<std::string> plain_messages;
[[maybe_unused]] std::mutex plain_messages_lock;

template <class R> auto outcome_of(const R &run, int) -> decltype(run.skipped, outcome{})
{
    using kind = std::decay_t<decltype(run.skipped)>;
    return {run.skipped != kind::NotSkipped, run.skipped == kind::SkippedWithError,
            run.skip_message.c_str()};
}

template <class R> auto outcome_of(const R &run, long) -> decltype(run.error_occurred, outcome{})
{
    const std::lock_guard<std::mutex> guard(plain_messages_lock);
    return {run.error_occurred, run.error_occurred && plain_messages.count(run.error_message) == 0,
            run.error_message.c_str()};
}

template <class S>
auto skip_with_message(S &state, const char *message, int)
    -> decltype(state.SkipWithMessage(message))
{
    state.SkipWithMessage(message);
}

template <class S> void skip_with_message(S &state, const char *message, long)
{
    {
        const std::lock_guard<std::mutex> guard(plain_messages_lock);
        plain_messages.insert(message);
    }
    state.SkipWithError(message);
}

/* "v1.9.5-40-g267a111" becomes "1.9.5-40-g267a111". */
const std::string &version()
{
    static const std::string text = [] {
        std::string found = gbench_version::tell();
        if (found.compare(0, 1, "v") == 0)
            found.erase(0, 1);
#ifdef GBENCH_PACKAGE_VERSION
        if (found.empty())
            found = GBENCH_PACKAGE_VERSION;
#endif
        if (found == "0.0.0")
            found = "1.8.4"; /* what it calls itself when built without its history */
        if (found.empty())
            found = has_skip_message ? "1.8" : "1.7";
        return found;
    }();
    return text;
}

/*
 * What is summed over threads has been divided by their number in different places. Before 1.9.0:
 * wall times, and the process's CPU time, which every thread has read; a rate by the threads' CPU
 * time was a rate per thread. Before 1.9.5: nothing, and every rate was one per thread. Since then:
 * the seconds of every rate.
 */
enum class division { OF_TIMES, OF_NOTHING, OF_RATES };

division division_by_threads()
{
    static const division found = [] {
        int major = 0, minor = 0, patch = 0;
        if (std::sscanf(version().c_str(), "%d.%d.%d", &major, &minor, &patch) < 2)
            return division::OF_RATES;
        if (major == 1 && minor < 9)
            return division::OF_TIMES;
        return major == 1 && minor == 9 && patch < 5 ? division::OF_NOTHING : division::OF_RATES;
    }();
    return found;
}

/* --- Rules --------------------------------------------------------------------------------- */

/* The library checks only when built for debugging; these hold in every build. */
void rule(bool holds, const char *function, const char *what)
{
    if (holds)
        return;
    std::fprintf(stderr, "gbench: %s: %s\n", function, what);
    std::abort();
}
#define RULE(holds) rule((holds), __func__, "must hold: " #holds)

/* One benchmark with one set of arguments and threads. */
struct instance {
    int64_t iterations = 0; /* of its last run; 0 before the first */
    bool given_up = false;  /* its first repetition was skipped, so all are, in the same words */
    bool error = false;
    std::string message;
};

} // namespace

struct bm_benchmark {
    std::string name;
    bm_loop_fn *loop = nullptr; /* this one or the next */
    bm_fn *fn = nullptr;
    void *user = nullptr;
    bm_fn *setup = nullptr;
    void *setup_user = nullptr;
    bm_fn *teardown = nullptr;
    void *teardown_user = nullptr;

    handle library = nullptr;
    int argument_count = -1; /* -1: not known yet */
    bool has_iterations = false;
    bool has_min_time = false;
    bool has_warmup = false;
    bool has_real_time = false;
    bool has_manual_time = false;

    std::map<std::vector<int64_t>, instance> instances; /* by arguments, then threads */

    /* The run that goes on; its threads meet here before it and behind it. */
    std::mutex lock;
    std::condition_variable changed;
    bool open = false;    /* the threads may go on from here */
    bool refused = false; /* the function is not to be called */
    int inside = 0;       /* threads that have not left yet */
    bool skipped = false; /* this and the next two: by the first thread that skipped */
    bool error = false;
    std::string message;
};

/* One thread of a run. */
struct bm_state {
    State &state;
    bm_benchmark &owner;
    bool finished = false; /* the timed loop has come to its end */
    bool paused = false;
    bool skipped = false;
};

struct bm_reporter final : BenchmarkReporter {
    bm_reporter_ops ops{};
    void *user = nullptr;

    bool ReportContext(const Context &) override
    {
        return ops.begin == nullptr || ops.begin(user);
    }

    void ReportRuns(const std::vector<Run> &runs) override
    {
        for (const Run &run : runs)
            hand_over(run);
    }

    void Finalize() override
    {
        if (ops.end != nullptr)
            ops.end(user);
    }

    void hand_over(const Run &run) const;
};

/* The counter's value; of a rate, what the threads did together in a second. */
static double finished(const benchmark::Counter &counter, const BenchmarkReporter::Run &run)
{
    const bool is_ratio = run.run_type == BenchmarkReporter::Run::RT_Aggregate &&
                          run.aggregate_unit == benchmark::kPercentage;
    const bool is_whole = division_by_threads() == division::OF_RATES ||
                          (division_by_threads() == division::OF_TIMES &&
                           !run.run_name.time_type.empty()); /* not by the CPU time of threads */
    if ((counter.flags & benchmark::Counter::kIsRate) == 0 || is_ratio || is_whole)
        return counter.value;
    const double threads = static_cast<double>(run.threads);
    const bool inverted = (counter.flags & benchmark::Counter::kInvert) != 0;
    return inverted ? counter.value / threads : counter.value * threads;
}

void bm_reporter::hand_over(const Run &run) const
{
    const std::string name = run.benchmark_name();
    const outcome end = outcome_of(run, 0);
    std::vector<bm_counter> counters;
    for (const auto &counter : run.counters)
        counters.push_back({counter.first.c_str(), finished(counter.second, run)});

    bm_run row{};
    row.name = name.c_str();
    row.function_name = run.run_name.function_name.c_str();
    row.args = run.run_name.args.c_str();
    row.threads = run.threads;
    row.repetition_index = run.repetition_index;
    row.repetitions = run.repetitions;
    row.is_aggregate = run.run_type == Run::RT_Aggregate;
    row.aggregate_is_ratio = row.is_aggregate && run.aggregate_unit == benchmark::kPercentage;
    row.aggregate_name = run.aggregate_name.c_str();
    row.label = run.report_label.c_str();
    row.skipped = end.skipped;
    row.error = end.error;
    row.message = end.skipped ? end.message : "";
    row.iterations = run.iterations;
    row.counters = counters.data();
    row.counter_count = counters.size();
    if (end.skipped || run.iterations == 0) {
        row.real_ns = row.cpu_ns = std::nan("");
    } else if (row.aggregate_is_ratio) {
        row.real_ns = run.real_accumulated_time;
        row.cpu_ns = run.cpu_accumulated_time;
    } else {
        const double scale = 1e9 / static_cast<double>(run.iterations);
        const double threads = static_cast<double>(run.threads);
        const bool of_process = run.run_name.time_type.find("process_time") != std::string::npos;
        row.real_ns = run.real_accumulated_time * scale;
        row.cpu_ns = run.cpu_accumulated_time * scale;
        if (division_by_threads() == division::OF_TIMES)
            row.real_ns *= threads;
        else if (of_process)
            row.cpu_ns /= threads;
    }
    ops.run(&row, user);
}

/* --- A run --------------------------------------------------------------------------------- */

namespace
{
/* Never destroyed: the library keeps its benchmarks until behind main. */
std::vector<std::unique_ptr<bm_benchmark>> &registrations()
{
    static auto *const all = new std::vector<std::unique_ptr<bm_benchmark>>;
    return *all;
}

instance &instance_of(const bm_state &state)
{
    std::vector<int64_t> key;
    for (int i = 0; i < state.owner.argument_count; i++)
        key.push_back(state.state.range(static_cast<size_t>(i)));
    key.push_back(state.state.threads());
    return state.owner.instances[key];
}

void skip(bm_state &state, const char *message, bool error)
{
    {
        bm_benchmark &owner = state.owner;
        const std::lock_guard<std::mutex> guard(owner.lock);
        if (!owner.skipped) {
            owner.skipped = true;
            owner.error = error;
            owner.message = message;
        }
    }
    state.skipped = true;
    if (error)
        state.state.SkipWithError(message);
    else
        skip_with_message(state.state, message, 0);
}

/* Thread 0 does the setup, then lets the others in. Returns whether the run goes on. */
bool enter(bm_state &state)
{
    bm_benchmark &owner = state.owner;
    if (state.state.thread_index() == 0) {
        const instance &known = instance_of(state);
        owner.skipped = known.given_up;
        if (known.given_up) {
            owner.error = known.error;
            owner.message = known.message;
        } else if (owner.setup != nullptr) {
            owner.setup(&state, owner.setup_user);
        }
        const std::lock_guard<std::mutex> guard(owner.lock);
        owner.inside = state.state.threads();
        owner.refused = owner.skipped;
        owner.open = true;
        owner.changed.notify_all();
    } else {
        std::unique_lock<std::mutex> guard(owner.lock);
        owner.changed.wait(guard, [&] { return owner.open; });
    }
    return !owner.refused; /* not changed any more while the run goes on */
}

/*
 * Thread 0 waits for the others, then does the teardown.
 *
 * Up to 1.9.5 the library takes what the statistics need from the first repetition, and crashes
 * when that was skipped and two others were not. So a benchmark whose first repetition is skipped
 * is given up. A first repetition is known by its iterations: it makes runs of growing length, the
 * other repetitions each one of the last length. A warm-up makes runs of its own before; then any
 * skipped run counts as a first.
 */
void leave(bm_state &state)
{
    bm_benchmark &owner = state.owner;
    std::unique_lock<std::mutex> guard(owner.lock);
    owner.inside--;
    if (state.state.thread_index() != 0) {
        owner.changed.notify_all();
        return;
    }
    owner.changed.wait(guard, [&] { return owner.inside == 0; });
    owner.open = false;
    guard.unlock();

    instance &known = instance_of(state);
    if (known.given_up)
        return;
    if (owner.teardown != nullptr)
        owner.teardown(&state, owner.teardown_user);
    const bool warms_up = owner.has_warmup || benchmark::FLAGS_benchmark_min_warmup_time > 0;
    if (owner.skipped && (known.iterations != state.state.max_iterations || warms_up)) {
        known.given_up = true;
        known.error = owner.error;
        known.message = owner.message;
    }
    known.iterations = state.state.max_iterations;
}

/*
 * Ends a timed loop that its function has not ended. A thread that skipped goes through the loop's
 * start and end all the same: the library then counts its iterations, and statistics that want them
 * equal in all repetitions do not abort (1.7.1 as Debian builds it).
 */
void finish(bm_state &state)
{
    if (state.finished)
        return;
    if (!state.skipped)
        skip(state, "the benchmark returned before its timed loop had ended", true);
    while (state.state.KeepRunningBatch(state.state.max_iterations))
        ;
    state.finished = true;
}

void body::operator()(State &library_state) const noexcept
{
    bm_state state{library_state, *owner};
    if (!enter(state)) {
        if (!state.skipped)
            skip(state, owner->message.c_str(), owner->error);
    } else if (owner->fn != nullptr) {
        owner->fn(&state, owner->user);
    } else {
        const int64_t iterations = library_state.max_iterations;
        while (library_state.KeepRunningBatch(iterations))
            owner->loop(owner->user, iterations);
        state.finished = true;
    }
    finish(state);
    leave(state);
}

bm_benchmark *add(const char *name, bm_loop_fn *loop, bm_fn *fn, void *user)
{
    auto made = std::make_unique<bm_benchmark>();
    made->name = name;
    made->loop = loop;
    made->fn = fn;
    made->user = user;
    made->library = benchmark::RegisterBenchmark(made->name.c_str(), body{made.get()});
    registrations().push_back(std::move(made));
    return registrations().back().get();
}

/* Every list of arguments of one benchmark is of the same length. */
void fix_argument_count(bm_benchmark *benchmark, size_t count, const char *function)
{
    const int n = static_cast<int>(count);
    rule(benchmark->argument_count == -1 || benchmark->argument_count == n, function,
         "must hold: as many arguments as before");
    benchmark->argument_count = n;
}

size_t run(const char *filter, BenchmarkReporter *reporter)
{
    for (const auto &registered : registrations())
        registered->instances.clear();
    return benchmark::RunSpecifiedBenchmarks(
        reporter, filter != nullptr ? std::string(filter) : benchmark::GetBenchmarkFilter());
}
} // namespace

/* --- Program ------------------------------------------------------------------------------- */

void bm_initialize(int *argc, char **argv)
{
    /* 1.7.1 takes seconds without a suffix only; later versions complain when it is missing. */
    static std::deque<std::string> rewritten; /* the library may keep pointers into argv */
    const std::string flag = "--benchmark_min_time=";
    for (int i = 1; i < *argc; i++) {
        if (std::strncmp(argv[i], flag.c_str(), flag.size()) != 0)
            continue;
        const char *const value = argv[i] + flag.size();
        char *rest;
        std::strtod(value, &rest);
        if (rest == value || (std::strcmp(rest, "") != 0 && std::strcmp(rest, "s") != 0))
            continue;
        const std::string number(value, static_cast<size_t>(rest - value));
        rewritten.push_back(flag + number + (has_skip_message ? "s" : ""));
        argv[i] = rewritten.back().data();
    }
    benchmark::Initialize(argc, argv);
}

bool bm_report_unrecognized_arguments(int argc, char **argv)
{
    return benchmark::ReportUnrecognizedArguments(argc, argv);
}

void bm_add_context(const char *key, const char *value)
{
    benchmark::AddCustomContext(key, value);
}

size_t bm_run_specified_benchmarks(const char *filter, bm_reporter *reporter)
{
    if (reporter != nullptr)
        return run(filter, reporter);
    /*
     * Made once: up to 1.9 the library makes one at most, and frees it behind a run that was given
     * none, so that a second run would write to freed memory. Both kinds of pointer fit here.
     */
    static const std::unique_ptr<BenchmarkReporter> standard(
        benchmark::CreateDefaultDisplayReporter());
    return run(filter, standard.get());
}

size_t bm_list(const char *filter, bm_name_fn *name, void *user)
{
    RULE(name != nullptr);
    std::ostringstream names;
    bm_reporter lister;
    lister.SetOutputStream(&names);
    const bool asked_to_list = benchmark::FLAGS_benchmark_list_tests;
    benchmark::FLAGS_benchmark_list_tests = true;
    const size_t count = run(filter, &lister);
    benchmark::FLAGS_benchmark_list_tests = asked_to_list;

    std::istringstream lines(names.str());
    for (std::string line; std::getline(lines, line);)
        name(line.c_str(), user);
    return count;
}

void bm_clear_registered(void)
{
    benchmark::ClearRegisteredBenchmarks();
    registrations().clear();
}

const char *bm_library_version(void)
{
    return version().c_str();
}

unsigned bm_library_caps(void)
{
    /* The library says how it was built nowhere but in the lines above the results. */
    static const bool is_debug = [] {
        std::ostringstream text;
        BenchmarkReporter::PrintBasicContext(&text, BenchmarkReporter::Context());
        return text.str().find("built as DEBUG") != std::string::npos;
    }();
    unsigned caps = 0;
    if (is_debug)
        caps |= BM_CAP_DEBUG_BUILD;
    if (has_skip_message)
        caps |= BM_CAP_SKIP_MESSAGE;
    return caps;
}

/* --- Registration and configuration -------------------------------------------------------- */

bm_benchmark *bm_register_loop(const char *name, bm_loop_fn *loop, void *user)
{
    RULE(name != nullptr && loop != nullptr);
    return add(name, loop, nullptr, user);
}

bm_benchmark *bm_register(const char *name, bm_fn *fn, void *user)
{
    RULE(name != nullptr && fn != nullptr);
    return add(name, nullptr, fn, user);
}

bm_benchmark *bm_arg(bm_benchmark *benchmark, int64_t value)
{
    return bm_args(benchmark, &value, 1);
}

bm_benchmark *bm_args(bm_benchmark *benchmark, const int64_t *values, size_t count)
{
    RULE(count > 0);
    fix_argument_count(benchmark, count, __func__);
    benchmark->library->Args(std::vector<int64_t>(values, values + count));
    return benchmark;
}

bm_benchmark *bm_range(bm_benchmark *benchmark, int64_t start, int64_t limit)
{
    RULE(start <= limit);
    fix_argument_count(benchmark, 1, __func__);
    benchmark->library->Range(start, limit);
    return benchmark;
}

bm_benchmark *bm_range_multiplier(bm_benchmark *benchmark, int multiplier)
{
    RULE(multiplier > 1);
    benchmark->library->RangeMultiplier(multiplier);
    return benchmark;
}

bm_benchmark *bm_dense_range(bm_benchmark *benchmark, int64_t start, int64_t limit, int step)
{
    RULE(start <= limit && step > 0);
    fix_argument_count(benchmark, 1, __func__);
    benchmark->library->DenseRange(start, limit, step);
    return benchmark;
}

bm_benchmark *bm_arg_names(bm_benchmark *benchmark, const char *const *names, size_t count)
{
    fix_argument_count(benchmark, count, __func__);
    benchmark->library->ArgNames(std::vector<std::string>(names, names + count));
    return benchmark;
}

bm_benchmark *bm_unit(bm_benchmark *benchmark, enum bm_unit unit)
{
    static const benchmark::TimeUnit units[] = {benchmark::kNanosecond, benchmark::kMicrosecond,
                                                benchmark::kMillisecond, benchmark::kSecond};
    RULE(unit >= BM_NS && unit <= BM_S);
    benchmark->library->Unit(units[unit]);
    return benchmark;
}

bm_benchmark *bm_iterations(bm_benchmark *benchmark, int64_t count)
{
    RULE(count > 0);
    RULE(!benchmark->has_min_time);
    benchmark->has_iterations = true;
    benchmark->library->Iterations(count);
    return benchmark;
}

bm_benchmark *bm_min_time(bm_benchmark *benchmark, double seconds)
{
    RULE(seconds > 0);
    RULE(!benchmark->has_iterations);
    benchmark->has_min_time = true;
    benchmark->library->MinTime(seconds);
    return benchmark;
}

bm_benchmark *bm_min_warmup_time(bm_benchmark *benchmark, double seconds)
{
    RULE(seconds > 0);
    if (!benchmark->has_min_time) /* without one, the library passes over the warm-up */
        bm_min_time(benchmark, 0.5);
    benchmark->has_warmup = true;
    benchmark->library->MinWarmUpTime(seconds);
    return benchmark;
}

bm_benchmark *bm_repetitions(bm_benchmark *benchmark, int count)
{
    RULE(count > 0);
    benchmark->library->Repetitions(count);
    return benchmark;
}

bm_benchmark *bm_report_aggregates_only(bm_benchmark *benchmark)
{
    benchmark->library->ReportAggregatesOnly();
    return benchmark;
}

bm_benchmark *bm_use_real_time(bm_benchmark *benchmark)
{
    RULE(!benchmark->has_manual_time);
    benchmark->has_real_time = true;
    benchmark->library->UseRealTime();
    return benchmark;
}

bm_benchmark *bm_use_manual_time(bm_benchmark *benchmark)
{
    RULE(!benchmark->has_real_time);
    benchmark->has_manual_time = true;
    benchmark->library->UseManualTime();
    return benchmark;
}

bm_benchmark *bm_measure_process_cpu_time(bm_benchmark *benchmark)
{
    benchmark->library->MeasureProcessCPUTime();
    return benchmark;
}

bm_benchmark *bm_threads(bm_benchmark *benchmark, int count)
{
    RULE(count > 0);
    benchmark->library->Threads(count);
    return benchmark;
}

bm_benchmark *bm_thread_range(bm_benchmark *benchmark, int min, int max)
{
    RULE(min > 0 && min <= max);
    benchmark->library->ThreadRange(min, max);
    return benchmark;
}

bm_benchmark *bm_setup(bm_benchmark *benchmark, bm_fn *hook, void *user)
{
    benchmark->setup = hook;
    benchmark->setup_user = user;
    return benchmark;
}

bm_benchmark *bm_teardown(bm_benchmark *benchmark, bm_fn *hook, void *user)
{
    benchmark->teardown = hook;
    benchmark->teardown_user = user;
    return benchmark;
}

/* --- Inside a benchmark -------------------------------------------------------------------- */

bool bm_keep_running_batch(bm_state *state, int64_t n)
{
    RULE(n > 0);
    RULE(!state->finished || state->skipped);
    if (state->finished)
        return false;
    if (state->paused)
        bm_resume_timing(state);
    if (state->state.KeepRunningBatch(n))
        return true;
    state->finished = true;
    return false;
}

int64_t bm_max_iterations(const bm_state *state)
{
    return state->state.max_iterations;
}

void bm_loop_done_(bm_state *state, bool complete)
{
    if (!complete && !state->skipped)
        skip(*state, "the timed loop was left early", true);
}

const char *bm_name(const bm_state *state)
{
    return state->owner.name.c_str();
}

int64_t bm_range_at(const bm_state *state, size_t index)
{
    RULE(static_cast<int64_t>(index) < state->owner.argument_count);
    return state->state.range(index);
}

int bm_thread_index(const bm_state *state)
{
    return state->state.thread_index();
}

int bm_thread_count(const bm_state *state)
{
    return state->state.threads();
}

int64_t bm_iterations_done(const bm_state *state)
{
    return state->state.iterations();
}

void bm_pause_timing(bm_state *state)
{
    if (state->skipped) /* its clock has been stopped for good */
        return;
    RULE(!state->paused);
    state->paused = true;
    state->state.PauseTiming();
}

void bm_resume_timing(bm_state *state)
{
    if (state->skipped)
        return;
    RULE(state->paused);
    state->paused = false;
    state->state.ResumeTiming();
}

void bm_set_iteration_time(bm_state *state, double seconds)
{
    state->state.SetIterationTime(seconds);
}

void bm_set_label(bm_state *state, const char *label)
{
    state->state.SetLabel(label);
}

void bm_set_counter(bm_state *state, const char *name, double value, unsigned flags)
{
    using benchmark::Counter;
    static const std::pair<unsigned, Counter::Flags> meanings[] = {
        {BM_COUNTER_RATE, Counter::kIsRate},
        {BM_COUNTER_AVG_THREADS, Counter::kAvgThreads},
        {BM_COUNTER_ITERATION_INVARIANT, Counter::kIsIterationInvariant},
        {BM_COUNTER_AVG_ITERATIONS, Counter::kAvgIterations},
        {BM_COUNTER_INVERT, Counter::kInvert},
    };
    Counter::Flags all = Counter::kDefaults;
    for (const auto &meaning : meanings)
        if ((flags & meaning.first) != 0)
            all = all | meaning.second;
    state->state.counters[name] = Counter(value, all);
}

void bm_set_bytes_processed(bm_state *state, int64_t bytes)
{
    state->state.SetBytesProcessed(bytes);
}

void bm_set_items_processed(bm_state *state, int64_t items)
{
    state->state.SetItemsProcessed(items);
}

void bm_skip_with_error(bm_state *state, const char *message)
{
    RULE(message != nullptr);
    skip(*state, message, true);
}

void bm_skip_with_message(bm_state *state, const char *message)
{
    RULE(message != nullptr);
    skip(*state, message, false);
}

bool bm_skipped(const bm_state *state)
{
    return state->skipped;
}

/* --- Results ------------------------------------------------------------------------------- */

bm_reporter *bm_reporter_new(const struct bm_reporter_ops *ops, void *user)
{
    RULE(ops != nullptr && ops->run != nullptr);
    auto made = std::make_unique<bm_reporter>();
    made->ops = *ops;
    made->user = user;
    return made.release();
}

void bm_reporter_free(bm_reporter *reporter)
{
    delete reporter;
}
