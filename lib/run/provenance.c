#include "run/provenance.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <gsl/gsl_version.h>
#include <hdf5.h>
#include <zlib.h>

#include "build_info.h"
#include "core/cpus.h"
#include "compute/gemm.h"
#include "bayes/posterior_kernels.h"
#include "core/memory.h"
#include "io/atomic_file.h"

/* Longer than any processor's description. */
static const size_t SYSTEM_FILE_LIMIT = (size_t)16 << 20;

double provenance_peak_mib(void)
{
    const double kib_per_mib = 1024;
    struct rusage usage;
    if (getrusage(RUSAGE_SELF, &usage) != 0)
        return NAN;
    return (double)usage.ru_maxrss / kib_per_mib; /* KiB on Linux */
}

double provenance_page_faults(void)
{
    struct rusage usage;
    return getrusage(RUSAGE_SELF, &usage) == 0 ? (double)usage.ru_minflt : NAN;
}

/* The first "model name : ..." of the kernel's list of processors. */
static void find_processor(char name[PROVENANCE_TEXT_SIZE])
{
    (void)snprintf(name, PROVENANCE_TEXT_SIZE, "unknown");
    char *list = NULL;
    if (file_read_text("/proc/cpuinfo", SYSTEM_FILE_LIMIT, &list, NULL) != STATUS_OK)
        return;
    const char *line = strstr(list, "model name");
    const char *colon = line ? strchr(line, ':') : NULL;
    if (colon) {
        colon += strspn(colon, ": \t");
        (void)snprintf(name, PROVENANCE_TEXT_SIZE, "%.*s", (int)strcspn(colon, "\n"), colon);
    }
    memory_free(list);
}

/* How many seconds this process has been running: the kernel gives its start, in clock ticks since boot, as field 22 of
 * /proc/self/stat (proc(5)). 0 if it does not. */
static double seconds_running(void)
{
    enum { FIELD_AFTER_NAME = 3, FIELD_START = 22 };
    char *text = NULL;
    if (file_read_text("/proc/self/stat", SYSTEM_FILE_LIMIT, &text, NULL) != STATUS_OK)
        return 0;
    double seconds = 0;
    struct timespec since_boot;
    char *end_of_name = strrchr(text, ')'); /* the name is in parentheses and may hold spaces */
    char *field = end_of_name && end_of_name[1] ? end_of_name + 2 : NULL;
    for (int i = FIELD_AFTER_NAME; field && i < FIELD_START; i++) {
        field = strchr(field, ' ');
        field = field ? field + 1 : NULL;
    }
    long ticks_per_second = sysconf(_SC_CLK_TCK);
    unsigned long long start = field ? strtoull(field, NULL, 10) : 0; /* 0 is never the start of a process */
    if (start > 0 && ticks_per_second > 0 && clock_gettime(CLOCK_BOOTTIME, &since_boot) == 0)
        seconds = (double)since_boot.tv_sec - (double)start / (double)ticks_per_second;
    memory_free(text);
    return seconds > 0 ? seconds : 0;
}

static void find_start(char text[PROVENANCE_TEXT_SIZE])
{
    time_t start = time(NULL) - (time_t)seconds_running();
    struct tm utc;
    if (!gmtime_r(&start, &utc) || strftime(text, PROVENANCE_TEXT_SIZE, "%Y-%m-%dT%H:%M:%SZ", &utc) == 0)
        (void)snprintf(text, PROVENANCE_TEXT_SIZE, "unknown");
}

static void find_hdf5(char text[PROVENANCE_TEXT_SIZE])
{
    unsigned int major = 0, minor = 0, release = 0;
    if (H5get_libversion(&major, &minor, &release) < 0)
        (void)snprintf(text, PROVENANCE_TEXT_SIZE, "unknown");
    else
        (void)snprintf(text, PROVENANCE_TEXT_SIZE, "%u.%u.%u", major, minor, release);
}

void provenance_gather(struct provenance *provenance)
{
    *provenance = (struct provenance){
        .version = BUILD_VERSION,
        .commit = BUILD_COMMIT,
        .compiler = BUILD_COMPILER,
        .flags = BUILD_FLAGS,
        .mode = BUILD_MODE,
        .gsl = gsl_version,
        .zlib = zlibVersion(),
        .inih = BUILD_INIH,
        .gemm = gemm_backend(),
        .kernels = posterior_kernels()->name,
        .cores = cpus_available(),
        .peak_mib = provenance_peak_mib(),
    };
    find_hdf5(provenance->hdf5);
    find_processor(provenance->processor);
    find_start(provenance->started);
}

enum status provenance_write(struct store *store, struct error *error)
{
    struct provenance provenance;
    provenance_gather(&provenance);
    const struct {
        const char *key, *value;
    } texts[] = {
        {"version", provenance.version}, {"commit", provenance.commit},   {"compiler", provenance.compiler},
        {"flags", provenance.flags},     {"mode", provenance.mode},       {"gsl", provenance.gsl},
        {"hdf5", provenance.hdf5},       {"zlib", provenance.zlib},       {"inih", provenance.inih},
        {"gemm", provenance.gemm},       {"kernels", provenance.kernels}, {"processor", provenance.processor},
        {"started", provenance.started},
    };
    enum status status = STATUS_OK;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0] && status == STATUS_OK; i++)
        status = store_set_text_escaped(store, "/provenance", texts[i].key, texts[i].value, error);
    if (status == STATUS_OK)
        status = store_set_number(store, "/provenance", "cores", provenance.cores, error);
    if (status == STATUS_OK)
        status = store_set_number(store, "/provenance", "peak_mib", provenance.peak_mib, error);
    return status;
}
