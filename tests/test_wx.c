#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */
/* Where no memory may become executable, as systemd's MemoryDenyWriteExecute has it: products are right, and so is a
 * run from end to end, with its OpenMP, GSL and HDF5. The whole program is under the rule. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>

#include "compute/gemm.h"
#include "core/memory.h"
#include "compute/random.h"
#include "io/store.h"
#include "reference.h"
#include "sweep/illustrate.h"
#include "sweep/ood_sweep.h"
#include "sweep/perturb_sweep.h"
#include "sweep/prune.h"
#include "run/run.h"
#include "run/train.h"
#include "scratch.h"

/* Linux 6.3; older headers do not know them. */
enum { SET_MDWE = 65, REFUSE_EXEC_GAIN = 1 };

static bool is_forbidden;

/* Valgrind writes code itself. */
static bool forbid(void)
{
    const char *wrapper = getenv("TEST_WRAPPER"); /* see tests/run.sh */
    return !(wrapper && strstr(wrapper, "valgrind")) && prctl(SET_MDWE, REFUSE_EXEC_GAIN, 0, 0, 0) == 0;
}

static void need_the_rule(void)
{
    if (is_forbidden)
        return;
    print_message("this kernel has no PR_SET_MDWE, or valgrind runs\n");
    skip();
}

static void the_rule_holds(void **state)
{
    (void)state;
    need_the_rule();
    void *block = mmap(NULL, 1, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_ptr_equal(block, MAP_FAILED);
}

/* C is op(A) op(B) + beta C as it was. */
static void assert_product(gemm_fn *multiply, int ta, int tb, float beta, double tolerance)
{
    enum { M = 37, N = 21, K = 150 };
    static float a[M * K], b[N * K], c[M * N], before[M * N];
    double want[M * N];
    random_normal(random_key(1, PURPOSE_TEST, 1, 0), 0, (size_t)M * K, a);
    random_normal(random_key(1, PURPOSE_TEST, 1, 1), 0, (size_t)N * K, b);
    random_normal(random_key(1, PURPOSE_TEST, 1, 2), 0, (size_t)M * N, c);
    memcpy(before, c, sizeof c);
    double *wide_a = reference_widen(a, (size_t)M * K), *wide_b = reference_widen(b, (size_t)N * K);
    reference_gemm(ta, tb, M, N, K, wide_a, ta ? M : K, wide_b, tb ? K : N, want);
    multiply(ta ? GEMM_TRANSPOSED : GEMM_PLAIN, tb ? GEMM_TRANSPOSED : GEMM_PLAIN, M, N, K, a, ta ? M : K, b,
             tb ? K : N, beta, c, N);
    for (size_t i = 0; i < (size_t)M * N; i++)
        assert_true(fabs((double)c[i] - want[i] - (double)(beta * before[i])) < tolerance);
    free(wide_a), free(wide_b);
}

static void products_are_right(void **state)
{
    (void)state;
    need_the_rule();
    for (int variant = 0; variant < 8; variant++) {
        assert_product(gemm, variant & 1, variant >> 1 & 1, variant & 4 ? 1.0F : 0.0F, 1e-4);
        assert_product(gemm_bf16, variant & 1, variant >> 1 & 1, variant & 4 ? 1.0F : 0.0F, .5);
    }
}

static void provenance_says_what_multiplies(void **state)
{
    (void)state;
    need_the_rule();
#if !defined(TENTH_GEMM_CBLAS) /* which has no code to write */
    assert_non_null(strstr(gemm_backend(), "own tiles"));
#endif
}

static const char small_config[] = "[data]\ndataset = ecg5000\nsynthetic = yes\ntrain_items = 96\ntest_items = 60\n"
                                   "[model]\nfilters = 8\n"
                                   "[posterior]\nmethod = vi\n"
                                   "[train]\nepochs = 1\nbatch = 16\ntest_samples = 3\n"
                                   "[prune]\nfractions = 0,.5,.9\nsamples = 2\n"
                                   "[perturb]\nstrengths = 2\nsamples = 3\nitems = 20\n"
                                   "[ood]\nitems = 20\nsamples = 3\n";

static void assert_probabilities(const char *object, size_t slices)
{
    enum { CLASSES = 5 };
    struct error error;
    struct store *store;
    size_t rank, shape[STORE_RANK_MAX], count = 1;
    assert_int_equal(store_open("ecg5000_vi_seed1.h5", &store, &error), STATUS_OK);
    assert_int_equal(store_shape(store, object, &rank, shape, &error), STATUS_OK);
    for (size_t i = 0; i < rank; i++)
        count *= shape[i];
    assert_int_equal(count % (slices * CLASSES), 0);
    float *p = memory_alloc(count, sizeof *p, NULL);
    assert_non_null(p);
    assert_int_equal(store_read_float(store, object, count, p, &error), STATUS_OK);
    for (size_t i = 0; i < count; i += CLASSES) {
        float sum = 0;
        for (size_t k = 0; k < CLASSES; k++)
            sum += p[i + k];
        assert_true(fabsf(sum - 1) < 1e-5F);
    }
    memory_free(p);
    store_close(store);
}

static void a_run_is_whole(void **state)
{
    (void)state;
    need_the_rule();
    static enum status (*const stages[])(const struct run *, const struct monitor *,
                                         struct error *) = {run_train, run_prune, run_perturb, run_ood, run_illustrate};
    static const struct monitor silent = {0};
    struct config_source *source;
    struct run run;
    struct error error = {0};
    const struct run_options options = {.out = ".", .threads = 2};
    assert_int_equal(config_read_text(small_config, "small", NULL, &source, &error), STATUS_OK);
    assert_int_equal(run_open(&run, source, 0, 1, &options, &error), STATUS_OK);
    for (size_t i = 0; i < sizeof stages / sizeof *stages; i++) {
        if (stages[i](&run, &silent, &error) != STATUS_OK)
            fail_msg("%s", error.message);
    }
    run_close(&run);
    config_free(source);
    assert_probabilities("/test/probability", 1);
    assert_probabilities("/prune/snr/probability", 3);
    assert_probabilities("/perturb/noise/probability", 2);
    assert_probabilities("/ood/shuffled/probability", 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_rule_holds),
        cmocka_unit_test(products_are_right),
        cmocka_unit_test(provenance_says_what_multiplies),
        cmocka_unit_test_setup_teardown(a_run_is_whole, scratch_setup, scratch_teardown),
    };
    store_init();
    is_forbidden = forbid();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
