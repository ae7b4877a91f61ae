/* One build of the streams in compute/random_kernels.h; compiled once per instruction set (compute/isa.h). */
#include "compute/random_kernels.h"

#include <string.h>

#include "compute/isa.h"
#include "compute/philox.h"
#include "core/size.h"

static void normal(struct random_key key, size_t first, size_t count, float *out)
{
    float chunk[CHUNK];
    for (size_t done = 0; done < count; done += CHUNK) {
        normal_chunk(key, (first + done) / CHUNK, chunk);
        memcpy(out + done, chunk, smaller(CHUNK, count - done) * sizeof *out);
    }
}

static void uniform(struct random_key key, size_t first, size_t count, float *out)
{
    float chunk[CHUNK];
    for (size_t done = 0; done < count; done += CHUNK) {
        uniform_chunk(key, (first + done) / CHUNK, chunk);
        memcpy(out + done, chunk, smaller(CHUNK, count - done) * sizeof *out);
    }
}

extern const struct random_kernels ISA_NAME(random_kernels);
const struct random_kernels ISA_NAME(random_kernels) = {
    .name = ISA_TEXT(ISA),
    .runs_here = ISA_NAME(isa_runs),
    .normal = normal,
    .uniform = uniform,
};
