#include "facts_collect.h"

#include "error.h"
#include "fact_sink.h"

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#if defined(__x86_64__) || defined(__i386__)
#include <cpuid.h>
#endif

/* What a text of the firmware, the device tree or CPUID says about who is underneath. */
struct sign {
    const char *text; /* looked for anywhere in the text */
    const char *name; /* of the hypervisor */
};

static const char *find_sign(const struct sign *signs, size_t count, const char *text)
{
    for (size_t i = 0; i < count; i++)
        if (strstr(text, signs[i].text) != NULL)
            return signs[i].name;
    return NULL;
}

/*
 * The hypervisor's own signature, as CPUID leaf 0x40000000 has it in EBX, ECX, EDX when bit 31 of
 * leaf 1's ECX is set (Linux: Documentation/virt/kvm/x86/cpuid.rst; Hyper-V Top Level Functional
 * Specification, section 2.4). NULL: no hypervisor shows itself, or another architecture.
 */
static const char *cpuid_hypervisor(void)
{
#if defined(__x86_64__) || defined(__i386__)
    static const struct sign signs[] = {
        {"KVMKVMKVM", "KVM"},           {"Linux KVM Hv", "KVM"},
        {"Microsoft Hv", "Hyper-V"},    {"VMwareVMware", "VMware"},
        {"XenVMMXenVMM", "Xen"},        {"TCGTCGTCGTCG", "QEMU (emulated)"},
        {"VBoxVBoxVBox", "VirtualBox"}, {"bhyve bhyve", "bhyve"},
        {"ACRNACRNACRN", "ACRN"},       {"prl hyperv", "Parallels"},
        {"lrpepyh vr", "Parallels"},    {"QNXQVMBSQG", "QNX"},
    };
    unsigned a, b, c, d;
    if (__get_cpuid(1, &a, &b, &c, &d) == 0 || (c >> 31) == 0)
        return NULL;
    __cpuid(0x40000000, a, b, c, d);
    char signature[13];
    memcpy(signature, &b, 4);
    memcpy(signature + 4, &c, 4);
    memcpy(signature + 8, &d, 4);
    signature[12] = '\0';
    const char *const name = find_sign(signs, sizeof signs / sizeof *signs, signature);
    return name != NULL ? name : "a hypervisor that does not name itself";
#else
    return NULL;
#endif
}

/* By files: Xen's own directory, the firmware's names, the device tree. NULL: no sign. */
static const char *file_hypervisor(const char *root)
{
    static const struct {
        const char *path;
        struct sign sign;
    } signs[] = {
        {"/sys/hypervisor/type", {"xen", "Xen"}},
        {"/proc/device-tree/hypervisor/compatible", {"xen", "Xen"}},
        {"/proc/device-tree/hypervisor/compatible", {"kvm", "KVM"}},
        {"/sys/class/dmi/id/product_name", {"KVM", "KVM"}},
        {"/sys/class/dmi/id/product_name", {"VMware", "VMware"}},
        {"/sys/class/dmi/id/product_name", {"VirtualBox", "VirtualBox"}},
        {"/sys/class/dmi/id/product_name", {"Google Compute Engine", "KVM"}},
        {"/sys/class/dmi/id/product_name", {"Virtual Machine", "Hyper-V"}},
        {"/sys/class/dmi/id/product_name", {"Apple Virtualization", "Apple Virtualization"}},
        {"/sys/class/dmi/id/product_name", {"Parallels", "Parallels"}},
        {"/sys/class/dmi/id/product_name", {"BHYVE", "bhyve"}},
        {"/sys/class/dmi/id/sys_vendor", {"Xen", "Xen"}},
        {"/sys/class/dmi/id/sys_vendor", {"QEMU", "QEMU"}},
    };
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
        char *const text = fact_read(root, signs[i].path);
        const bool found = text != NULL && strstr(text, signs[i].sign.text) != NULL;
        free(text);
        if (found)
            return signs[i].sign.name;
    }
    return NULL;
}

static void put_hypervisor(const struct fact_sink *sink)
{
    /* CPUID is this machine's, whatever tree is read. */
    const char *name = *sink->root == '\0' ? cpuid_hypervisor() : NULL;
    if (name == NULL)
        name = file_hypervisor(sink->root);
    char *const cpuinfo = name == NULL ? fact_read(sink->root, "/proc/cpuinfo") : NULL;
    if (cpuinfo != NULL && strstr(cpuinfo, " hypervisor") != NULL)
        name = "a hypervisor that does not name itself";
    fact_put(sink, "machine.hypervisor", name != NULL ? name : "none");
    free(cpuinfo);
}

static void put_model(const struct fact_sink *sink)
{
    char *const vendor = fact_read(sink->root, "/sys/class/dmi/id/sys_vendor");
    char *const product = fact_read(sink->root, "/sys/class/dmi/id/product_name");
    char *const tree = fact_read(sink->root, "/proc/device-tree/model");
    if (vendor != NULL && product != NULL)
        fact_putf(sink, "machine.model", "%s %s", vendor, product);
    else if (tree != NULL)
        fact_put(sink, "machine.model", tree);
    else
        fact_missing(sink, "machine.model", "neither DMI nor a device tree names it");
    free(vendor);
    free(product);
    free(tree);
}

/* Whether a namespace of this process is the kernel's first one: those have fixed inode numbers
 * (Linux: include/linux/proc_ns.h). `otherwise` when that cannot be read. */
static bool is_first_namespace(const char *root, const char *name, unsigned inode, bool otherwise)
{
    char *const path = check_format("%s/proc/self/ns/%s", root, name);
    char *const first = check_format("%s:[%u]", name, inode);
    char target[64];
    const ssize_t length = readlink(path, target, sizeof target - 1);
    target[length > 0 ? length : 0] = '\0';
    const bool same = length > 0 ? strcmp(target, first) == 0 : otherwise;
    free(path);
    free(first);
    return same;
}

/* A machine whose disk was made from a container image keeps the image's marks, but runs in none.
 */
static bool has_own_namespaces(const char *root)
{
    return !is_first_namespace(root, "pid", 0xeffffffcu, false) ||
           !is_first_namespace(root, "uts", 0xeffffffeu, false) ||
           !is_first_namespace(root, "ipc", 0xefffffffu, false);
}

/* Container managers leave different signs; the first that is found names it. */
static void put_container(const struct fact_sink *sink)
{
    static const struct sign in_cgroup[] = {
        {"/docker", "docker"},         {"/lxc", "lxc"},
        {"/kubepods", "kubernetes"},   {"/libpod", "podman"},
        {"/containerd", "containerd"}, {"/machine.slice", "systemd-nspawn"},
    };
    static const char *const managers[] = {"lxc", "systemd-nspawn", "docker", "podman", "oci"};
    /* systemd and the managers themselves write their name here, or into the first process. */
    char *const manager = fact_read(sink->root, "/run/systemd/container");
    char *const environment = fact_read(sink->root, "/proc/1/environ");
    char *const told = environment != NULL ? fact_line_value(environment, "container") : NULL;
    char *const cgroup = fact_read(sink->root, "/proc/1/cgroup");
    const bool inside = has_own_namespaces(sink->root);
    const char *name = NULL;
    if (manager != NULL && *manager != '\0')
        name = manager;
    else if (inside && fact_exists(sink->root, "/run/.containerenv"))
        name = "podman";
    else if (inside && fact_exists(sink->root, "/.dockerenv"))
        name = "docker";
    for (size_t i = 0; told != NULL && name == NULL && i < sizeof managers / sizeof *managers; i++)
        if (strcmp(told, managers[i]) == 0)
            name = managers[i];
    if (name == NULL && cgroup != NULL)
        name = find_sign(in_cgroup, sizeof in_cgroup / sizeof *in_cgroup, cgroup);
    if (name == NULL && fact_exists(sink->root, "/proc/vz") && !fact_exists(sink->root, "/proc/bc"))
        name = "openvz";
    if (name == NULL && !is_first_namespace(sink->root, "pid", 0xeffffffcu, true))
        name = "unnamed";
    fact_put(sink, "machine.container", name != NULL ? name : "none");
    free(manager);
    free(environment);
    free(told);
    free(cgroup);
}

/* The quota of one cgroup in CPUs; 0: none. Version 2 has one file "quota period", version 1 two.
 */
static double quota_in(const char *root, const char *directory)
{
    char *const path = check_format("%s/cpu.max", directory);
    char *const text = fact_read(root, path);
    free(path);
    double quota = 0, period = 0;
    if (text != NULL) {
        char *end;
        quota = strtod(text, &end); /* the word "max" is no number: 0 */
        period = strtod(end, NULL);
    } else {
        char *const quota_path = check_format("%s/cpu.cfs_quota_us", directory);
        char *const period_path = check_format("%s/cpu.cfs_period_us", directory);
        quota = (double)fact_read_number(root, quota_path, 0);
        period = (double)fact_read_number(root, period_path, 0);
        free(quota_path);
        free(period_path);
    }
    free(text);
    return quota > 0 && period > 0 ? quota / period : 0;
}

/* The tightest quota from a cgroup up to the mount point's root; 0: none. */
static double quota_above(const char *root, const char *mount, const char *group)
{
    double tightest = 0;
    char *const path = check_format("%s%s", mount, group);
    const size_t mount_length = strlen(mount);
    for (;;) {
        const double quota = quota_in(root, path);
        if (quota > 0 && (tightest <= 0 || quota < tightest))
            tightest = quota;
        char *const slash = strrchr(path, '/');
        if (strlen(path) <= mount_length || slash == NULL)
            break;
        *slash = '\0';
    }
    free(path);
    return tightest;
}

static void put_cpu_limit(const struct fact_sink *sink)
{
    /* Lines are number:controllers:path; version 2 has number 0 and no controllers (cgroups(7)). */
    char *const text = fact_read(sink->root, "/proc/self/cgroup");
    double tightest = 0;
    if (text == NULL) {
        fact_missing(sink, "machine.cgroup_cpus", "/proc/self/cgroup cannot be read");
        return;
    }
    char *rest = text;
    for (char *line = strsep(&rest, "\n"); line != NULL; line = strsep(&rest, "\n")) {
        strsep(&line, ":");
        char *const controllers = strsep(&line, ":");
        if (line == NULL || (*controllers != '\0' && strstr(controllers, "cpu") == NULL))
            continue;
        char *const mount = *controllers == '\0' ? check_strdup("/sys/fs/cgroup")
                                                 : check_format("/sys/fs/cgroup/%s", controllers);
        const double quota = quota_above(sink->root, mount, line);
        if (quota > 0 && (tightest <= 0 || quota < tightest))
            tightest = quota;
        free(mount);
    }
    if (tightest > 0)
        fact_putf(sink, "machine.cgroup_cpus", "%.2f", tightest);
    else
        fact_put(sink, "machine.cgroup_cpus", "none");
    free(text);
}

/* Steal time since boot: in seconds of CPU time, and as a share of all CPU time. */
static void put_steal(const struct fact_sink *sink)
{
    enum { COLUMNS = 8, STEAL = 7 }; /* user nice system idle iowait irq softirq steal: proc(5) */
    char *const text = fact_read(sink->root, "/proc/stat");
    uint64_t ticks[COLUMNS], total = 0;
    const int found = text == NULL ? 0
                                   : sscanf(text,
                                            "cpu %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64
                                            " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64,
                                            &ticks[0], &ticks[1], &ticks[2], &ticks[3], &ticks[4],
                                            &ticks[5], &ticks[6], &ticks[STEAL]);
    const long per_second = sysconf(_SC_CLK_TCK);
    for (int i = 0; i < found; i++)
        total += ticks[i];
    if (found == COLUMNS && total > 0 && per_second > 0) {
        fact_putf(sink, "machine.steal_s", "%.2f", (double)ticks[STEAL] / (double)per_second);
        fact_putf(sink, "machine.steal_percent", "%.3f",
                  100 * (double)ticks[STEAL] / (double)total);
    } else {
        fact_missing(sink, "machine.steal_s", "/proc/stat does not say");
        fact_missing(sink, "machine.steal_percent", "/proc/stat does not say");
    }
    free(text);
}

void facts_of_guest(const struct fact_sink *sink)
{
    put_model(sink);
    put_hypervisor(sink);
    put_container(sink);
    put_cpu_limit(sink);
    put_steal(sink);
}
