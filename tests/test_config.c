/* lib/io/config*.c: what is read from INI files, what is refused and with which words, sweeps, bases, and the way back
 * to text. schema.def is expanded here anew, so that keys are reached by the names of their members. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/memory.h"
#include "core/utf8.h"
#include "config/config.h"
#include "scratch.h"

static const char ALL_SECTIONS[] = "run data model posterior train prune perturb";

/* ---- helpers ---- */

static struct config_source *read_good(const char *text)
{
    struct error error = {STATUS_OK, ""};
    struct config_source *source = NULL;
    if (config_read_text(text, "a.ini", NULL, &source, &error) != STATUS_OK)
        fail_msg("%s", error.message);
    assert_non_null(source);
    return source;
}

/* `name` is a file; its cell 0 is resolved as well. */
static struct config_source *read_good_file(const char *name, struct config *config)
{
    struct error error = {STATUS_OK, ""};
    struct config_source *source = NULL;
    char label[CONFIG_LABEL_SIZE];
    if (config_read(name, &source, &error) != STATUS_OK || config_cell(source, 0, config, label, &error) != STATUS_OK)
        fail_msg("%s: %s", name, error.message);
    return source;
}

static struct config cell_of(const struct config_source *source, size_t cell, const char *expected_label)
{
    struct error error = {STATUS_OK, ""};
    struct config config;
    char label[CONFIG_LABEL_SIZE];
    if (config_cell(source, cell, &config, label, &error) != STATUS_OK)
        fail_msg("%s", error.message);
    assert_string_equal(label, expected_label);
    return config;
}

static struct config config_of(const char *text)
{
    struct config_source *source = read_good(text);
    struct config config = cell_of(source, 0, "");
    config_free(source);
    return config;
}

static void set_good(struct config_source *source, const char *assignment)
{
    struct error error = {STATUS_OK, ""};
    if (config_set(source, assignment, &error) != STATUS_OK)
        fail_msg("%s: %s", assignment, error.message);
}

/* The text is refused by the reader or, where keys do not fit together, by config_cell; with exactly this message. */
static void expect_refused(const char *text, const char *message)
{
    struct error error = {STATUS_OK, ""};
    struct config_source *source = NULL;
    struct config config;
    char label[CONFIG_LABEL_SIZE];
    enum status status = config_read_text(text, "a.ini", NULL, &source, &error);
    assert_true((status == STATUS_OK) == (source != NULL));
    if (status == STATUS_OK)
        status = config_cell(source, 0, &config, label, &error);
    config_free(source);
    assert_string_equal(error.message, message);
    assert_int_equal(status, STATUS_USAGE);
    assert_int_equal(error.status, STATUS_USAGE);
}

static void expect_file_refused(const char *name, const char *message)
{
    struct error error = {STATUS_OK, ""};
    struct config_source *source = NULL;
    assert_int_equal(config_read(name, &source, &error), STATUS_USAGE);
    assert_string_equal(error.message, message);
    assert_null(source);
}

static void write_bytes(const char *name, const char *bytes, size_t count)
{
    FILE *file = fopen(name, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, count, file), count);
    assert_int_equal(fclose(file), 0);
}

static void write_file(const char *name, const char *text)
{
    write_bytes(name, text, strlen(text));
}

/* Where two configs first differ, or NULL. */
/* NOLINTNEXTLINE(readability-function-size): a line for each key */
static const char *difference(const struct config *a, const struct config *b)
{
#define CONFIG_SECTION(section, help)
#define CONFIG_SECTION_END(section)
#define SAME(section, key, condition)                                                                                  \
    if (!(condition))                                                                                                  \
        return #section "." #key;
#define SAME_BYTES(section, key)                                                                                       \
    SAME(section, key, memcmp(&a->section.key, &b->section.key, sizeof a->section.key) == 0)
#define CONFIG_INT(section, key, standard, minimum, maximum, unit, help)                                               \
    SAME(section, key, a->section.key == b->section.key)
#define CONFIG_FLOAT(section, key, standard, minimum, maximum, unit, help) SAME_BYTES(section, key)
#define CONFIG_BOOL(section, key, standard, help) SAME(section, key, a->section.key == b->section.key)
#define CONFIG_TEXT(section, key, standard, help) SAME(section, key, strcmp(a->section.key, b->section.key) == 0)
#define CONFIG_LIST(section, key, standard, minimum, maximum, unit, help) SAME_BYTES(section, key)
#define CONFIG_NAMES(section, key, standard, help) SAME_BYTES(section, key)
#include "config/schema.def"
#undef CONFIG_SECTION
#undef CONFIG_SECTION_END
#undef CONFIG_INT
#undef CONFIG_FLOAT
#undef CONFIG_BOOL
#undef CONFIG_TEXT
#undef CONFIG_LIST
#undef CONFIG_NAMES
    return NULL;
}

static void expect_same(const struct config *a, const struct config *b)
{
    const char *key = difference(a, b);
    if (key)
        fail_msg("%s differs", key);
}

/* An assignment for --set that differs from the default, for each key. Thirds of the range need 17 digits. */
struct assignment {
    char text[256], key[64], section[32];
};

/* Of texts that may not be any text: another one. */
static const char *other_text(const char *key)
{
    static const char *const others[][2] = {
        {"posterior.kl_reduction", "mean"}, {"model.precision", "bf16"}, {"posterior.start", "glorot"},
        {"prune.granularity", "unit"},      {"perturb.fill", "black"},   {"run.profile", "smoke"},
        {"data.evaluate", "validation"},    {"model.name", "mlp_2"},     {"data.missing", "interpolate"},
        {"data.lengths", "stretch"},
    };
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        if (strcmp(others[i][0], key) == 0)
            return others[i][1];
    return "a \xC3\xA9 | b";
}

/* NOLINTNEXTLINE(readability-function-size): it grows with the schema */
static size_t other_values(struct assignment *list, size_t room)
{
    size_t n = 0;
#define ADD(section_name, key_name, ...)                                                                               \
    assert_true(n < room);                                                                                             \
    (void)snprintf(list[n].section, sizeof list[n].section, "%s", #section_name);                                      \
    (void)snprintf(list[n].key, sizeof list[n].key, "%s", #section_name "." #key_name);                                \
    (void)snprintf(list[n++].text, sizeof list[0].text, #section_name "." #key_name "=" __VA_ARGS__);
#define THIRD(minimum, maximum) ((double)(minimum) + ((double)(maximum) - (double)(minimum)) / 3)
#define CONFIG_SECTION(section, help)
#define CONFIG_SECTION_END(section)
#define CONFIG_INT(section, key, standard, minimum, maximum, unit, help)                                               \
    ADD(section, key, "%ld", (standard) == (maximum) ? (long)(minimum) : (long)(maximum))
#define CONFIG_FLOAT(section, key, standard, minimum, maximum, unit, help)                                             \
    ADD(section, key, "%.17g", THIRD(minimum, maximum))
#define CONFIG_BOOL(section, key, standard, help) ADD(section, key, "%s", (standard) ? "no" : "yes")
#define CONFIG_TEXT(section, key, standard, help) ADD(section, key, "%s", other_text(#section "." #key))
#define CONFIG_LIST(section, key, standard, minimum, maximum, unit, help)                                              \
    ADD(section, key, "%.17g, %.17g : %.17g : 7", THIRD(minimum, maximum), (double)(minimum), (double)(maximum))
#define CONFIG_NAMES(section, key, standard, help) ADD(section, key, "one, two ,three")
#include "config/schema.def"
#undef CONFIG_SECTION
#undef CONFIG_SECTION_END
#undef CONFIG_INT
#undef CONFIG_FLOAT
#undef CONFIG_BOOL
#undef CONFIG_TEXT
#undef CONFIG_LIST
#undef CONFIG_NAMES
#undef THIRD
#undef ADD
    return n;
}

enum { KEYS_MAX = 128 };

/* ---- values ---- */

/* The members hold what schema.def says, each under its own name. */
static void test_defaults(void **state)
{
    (void)state;
    struct config config;
    struct error error = {STATUS_OK, ""};
    assert_int_equal(config_defaults(&config, &error), STATUS_OK);
#define CONFIG_SECTION(section, help)
#define CONFIG_SECTION_END(section)
#define CONFIG_INT(section, key, standard, minimum, maximum, unit, help)                                               \
    assert_int_equal(config.section.key, standard);                                                                    \
    assert_true((minimum) <= (standard) && (standard) <= (maximum));
#define CONFIG_FLOAT(section, key, standard, minimum, maximum, unit, help)                                             \
    assert_true(fabs(config.section.key - (double)(standard)) <= 0);                                                   \
    assert_true((minimum) <= (standard) && (standard) <= (maximum));
#define CONFIG_BOOL(section, key, standard, help) assert_true(config.section.key == (standard));
#define CONFIG_TEXT(section, key, standard, help) assert_string_equal(config.section.key, standard);
#define CONFIG_LIST(section, key, standard, minimum, maximum, unit, help) assert_true(config.section.key.count > 0);
#define CONFIG_NAMES(section, key, standard, help) assert_int_equal(config.section.key.count, 0);
#include "config/schema.def"
#undef CONFIG_SECTION
#undef CONFIG_SECTION_END
#undef CONFIG_INT
#undef CONFIG_FLOAT
#undef CONFIG_BOOL
#undef CONFIG_TEXT
#undef CONFIG_LIST
#undef CONFIG_NAMES
    struct config empty = config_of("");
    expect_same(&config, &empty);
}

/* The talk's thresholds: 7 values, then 30 from -10 to 3.5. */
static void test_default_lists(void **state)
{
    (void)state;
    struct config config = config_of("");
    static const double first[] = {-10000, -1000, -500, -200, -100, -50, -20, -10};
    assert_int_equal(config.prune.thresholds.count, 37);
    for (size_t i = 0; i < sizeof first / sizeof first[0]; i++)
        assert_true(fabs(config.prune.thresholds.value[i] - first[i]) <= 0);
    assert_true(fabs(config.prune.thresholds.value[36] - 3.5) <= 0);
    assert_int_equal(config.prune.fractions.count, 20);
    assert_true(fabs(config.prune.fractions.value[19] - 0.995) <= 0);
}

static void test_numbers(void **state)
{
    (void)state;
    struct config config = config_of("[train]\nlearning_rate = .25\nepochs=+7\nadam_beta1 = -0\n"
                                     "[data]\nsynthetic = on\n[posterior]\nprior_sigma: 1e-6\n");
    assert_true(fabs(config.train.learning_rate - 0.25) <= 0);
    assert_int_equal(config.train.epochs, 7);
    assert_false(signbit(config.train.adam_beta1)); /* one form for equal values */
    assert_true(config.data.synthetic);
    assert_true(fabs(config.posterior.prior_sigma - 1e-6) <= 0);
}

static void test_words_of_bool(void **state)
{
    (void)state;
    static const char *const words[][2] = {{"no", "yes"}, {"false", "true"}, {"off", "on"}, {"0", "1"}};
    for (size_t i = 0; i < 4; i++) {
        for (size_t truth = 0; truth < 2; truth++) {
            char text[64];
            (void)snprintf(text, sizeof text, "[train]\nflip = %s\n", words[i][truth]);
            assert_int_equal(config_of(text).train.flip, truth);
        }
    }
}

/* .2 + (.9 - .2) is above .9. */
static void a_range_ends_where_it_says(void **state)
{
    (void)state;
    struct config config = config_of("[prune]\nfractions = .2:.9:3\n");
    assert_true(config.prune.fractions.value[0] == .2 && config.prune.fractions.value[2] == .9);
}

static void test_lists(void **state)
{
    (void)state;
    struct config config =
        config_of("[prune]\nthresholds = -20,-10:3.5:30 , 7\nfractions = none\ncriteria= snr ,random\n"
                  "[perturb]\nperturbations =\n");
    const struct config_list *list = &config.prune.thresholds;
    assert_int_equal(list->count, 32);
    for (size_t i = 0; i < 30; i++) {
        /* Product, sum and quotient of numbers below 32, each rounded to half a unit of 2^-52 relative. */
        assert_true(fabs(list->value[1 + i] - (-10 + 13.5 * (double)i / 29)) <= 3 * 32 * 0x1p-53);
    }
    assert_true(fabs(list->value[0] + 20) <= 0 && fabs(list->value[30] - 3.5) <= 0 && fabs(list->value[31] - 7) <= 0);
    assert_int_equal(config.prune.fractions.count, 0);
    assert_int_equal(config.prune.criteria.count, 2);
    assert_string_equal(config.prune.criteria.name[0], "snr");
    assert_string_equal(config.prune.criteria.name[1], "random");
    assert_int_equal(config.perturb.perturbations.count, 0);
    config = config_of("[prune]\nfractions = 0:1:256\n"); /* as many as there is room for */
    assert_int_equal(config.prune.fractions.count, CONFIG_LIST_MAX);
    assert_true(fabs(config.prune.fractions.value[255] - 1) <= 0);
}

static void test_refused_values(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"[train]\nepochs = 0\n", "a.ini:2: train.epochs = 0 is below 1"},
        {"[train]\nepochs = 1000001", "a.ini:2: train.epochs = 1000001 is above 1000000"},
        {"[train]\nepochs = 99999999999999999999", "a.ini:2: train.epochs = 99999999999999999999 is far too large"},
        {"[train]\nepochs = -99999999999999999999", "a.ini:2: train.epochs = -99999999999999999999 is far too small"},
        {"[train]\nepochs = 2.5", "a.ini:2: train.epochs = 2.5 is not a whole number"},
        {"[train]\nepochs =", "a.ini:2: train.epochs = (nothing) is not a whole number"},
        {"[train]\nlearning_rate = 11", "a.ini:2: train.learning_rate = 11 is above 10"},
        {"[train]\nlearning_rate = fast", "a.ini:2: train.learning_rate = fast is not a number"},
        {"[train]\nlearning_rate = 1e-3x", "a.ini:2: train.learning_rate = 1e-3x is not a number"},
        {"[train]\nlearning_rate = 1 2", "a.ini:2: train.learning_rate = 1 2 is not a number"},
        {"[train]\nlearning_rate = nan", "a.ini:2: train.learning_rate = nan is not a number"},
        {"[train]\nlearning_rate = inf", "a.ini:2: train.learning_rate = inf is not a number"},
        {"[train]\nlearning_rate = 0x1p-3", "a.ini:2: train.learning_rate = 0x1p-3 is not a number"},
        {"[train]\nlearning_rate = 1e999", "a.ini:2: train.learning_rate = 1e999 is too large for a number"},
        {"[train]\nlearning_rate = 1e-999", "a.ini:2: train.learning_rate = 1e-999 is below 1e-09"},
        {"[train]\nlearning_rate =", "a.ini:2: train.learning_rate = (nothing) is not a number"},
        {"[data]\nsynthetic = Yes", "a.ini:2: data.synthetic = Yes is neither yes nor no"},
        {"[prune]\nfractions = 0,1.5", "a.ini:2: prune.fractions = 1.5 is above 1"},
        {"[prune]\nfractions = 0,,1", "a.ini:2: prune.fractions = (nothing) is not a number"},
        {"[prune]\nfractions =", "a.ini:2: prune.fractions = (nothing) is not a number"},
        {"[prune]\nfractions = 0:1", "a.ini:2: prune.fractions = 0:1 is not FROM:TO:COUNT with a count of 2 to 256"},
        {"[prune]\nfractions = 0:1:1",
         "a.ini:2: prune.fractions = 0:1:1 is not FROM:TO:COUNT with a count of 2 to 256"},
        {"[prune]\nfractions = 0:1:9:",
         "a.ini:2: prune.fractions = 0:1:9: is not FROM:TO:COUNT with a count of 2 to 256"},
        {"[prune]\nfractions = 0:1:2x",
         "a.ini:2: prune.fractions = 0:1:2x is not FROM:TO:COUNT with a count of 2 to 256"},
        {"[prune]\nfractions = 0:1:", "a.ini:2: prune.fractions = 0:1: is not FROM:TO:COUNT with a count of 2 to 256"},
        {"[prune]\nfractions = 0:2:9", "a.ini:2: prune.fractions = 2 is above 1"},
        {"[prune]\nfractions = 0:1:256,1", "a.ini:2: prune.fractions = 1 makes the list longer than 256 values"},
        {"[prune]\ncriteria = snr,,random", "a.ini:2: prune.criteria = snr,,random has an empty name"},
        {"[prune]\ncriteria = snr, random, snr", "a.ini:2: prune.criteria = snr, random, snr names snr twice"},
        {"[prune]\ncriteria = a_name_that_is_32_bytes_long_____",
         "a.ini:2: prune.criteria = a_name_that_is_32_bytes_long_____ is longer than 31 bytes"},
        {"[prune]\ncriteria = a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q,r,s,t,u,v,w,x,y,z,0,1,2,3,4,5,6",
         "a.ini:2: prune.criteria = a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q,r,s,t,u,v,w,x,y,z,0,1,2,3,4,5,6 has more than 32 "
         "names"},
        /* Comments: only " ;" begins one behind a value. */
        {"[model]\nfilters = 64 # wide",
         "a.ini:2: model.filters = 64 # wide holds a #; a comment behind a value begins "
         "with \" ;\""},
        {"[data]\ndataset = mnist # digits",
         "a.ini:2: data.dataset = mnist # digits holds a #; a comment behind a value "
         "begins with \" ;\""},
        {"[model]\nfilters = 64;wide", "a.ini:2: model.filters = 64;wide is not a whole number"},
        {"[run]\nname =;x", "a.ini:2: run.name = ;x has a ; that would begin a comment; remove it"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        expect_refused(cases[i][0], cases[i][1]);
}

static void test_values_as_elsewhere(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        /* Quotes, of a shell or of a word processor. */
        {"[data]\ndataset = \"moons\"", "a.ini:2: data.dataset = \"moons\" is in quotes; write it without them"},
        {"[train]\nepochs = '3'", "a.ini:2: train.epochs = '3' is in quotes; write it without them"},
        {"[prune]\ncriteria = snr, \"random\"",
         "a.ini:2: prune.criteria = snr, \"random\" is in quotes; write it without them"},
        {"[data]\ndataset = \xE2\x80\x9Cmoons\xE2\x80\x9D",
         "a.ini:2: data.dataset = \xE2\x80\x9Cmoons\xE2\x80\x9D is in quotes; write it without them"},
        {"[sweep]\ndata.dataset = \"moons\" | mnist",
         "a.ini:2: data.dataset = \"moons\" is in quotes; write it without them"},
        /* Numbers as other languages write them. */
        {"[train]\nepochs = 1e3", "a.ini:2: train.epochs = 1e3 is not a whole number"},
        {"[train]\nepochs = 0x10", "a.ini:2: train.epochs = 0x10 is not a whole number"},
        {"[train]\nepochs = 1_000", "a.ini:2: train.epochs = 1_000 is not a whole number"},
        {"[train]\nlearning_rate = 1,5", "a.ini:2: train.learning_rate = 1,5 is not a number"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        expect_refused(cases[i][0], cases[i][1]);
}

/* A text is held in 127 bytes and a 0, a value in 160 bytes of a line. */
static void test_long_values(void **state)
{
    (void)state;
    char text[512], value[200], message[512];
    memset(value, 'x', sizeof value);
    value[CONFIG_TEXT_SIZE - 1] = '\0';
    (void)snprintf(text, sizeof text, "[run]\nname = %s\n", value);
    assert_string_equal(config_of(text).run.name, value);
    value[CONFIG_TEXT_SIZE - 1] = 'x';
    value[CONFIG_TEXT_SIZE] = '\0';
    (void)snprintf(text, sizeof text, "[run]\nname = %s\n", value);
    (void)snprintf(message, sizeof message, "a.ini:2: run.name = %s is longer than 127 bytes", value);
    expect_refused(text, message);

    memset(value, '0', sizeof value);
    value[160] = '\0';
    (void)snprintf(text, sizeof text, "[model]\nfilters=%s1\n", value + 1);
    assert_int_equal(config_of(text).model.filters, 1);
    (void)snprintf(text, sizeof text, "[model]\nfilters=%s1\n", value);
    expect_refused(text, "a.ini:2: model.filters is longer than 160 bytes; evenly spaced values can be written "
                         "FROM:TO:COUNT");
}

static void test_checks_across_keys(void **state)
{
    (void)state;
    expect_refused(
        "[posterior]\nsigma_start_low = .01\n",
        "a.ini:2: posterior.sigma_start_low = 0.01 is above posterior.sigma_start_high = 0.003 (default); set "
        "both");
    expect_refused(
        "[posterior]\nkl_warmup_end = .1\nkl_warmup_begin = .2\n",
        "a.ini:3: posterior.kl_warmup_begin = 0.2 is above posterior.kl_warmup_end = 0.1 (a.ini:2); set both");
    expect_refused("[posterior]\nkl_reduction = maen\n", "a.ini:2: posterior.kl_reduction = maen; did you mean mean?");
    expect_refused("[posterior]\nkl_reduction = product\n",
                   "a.ini:2: posterior.kl_reduction = product is not sum or mean");
    expect_refused("[run]\nprofile = smkoe\n", "a.ini:2: run.profile = smkoe; did you mean smoke?");
    expect_refused("[run]\nprofile = my own\n", "a.ini:2: run.profile = my own: a name has a-z, 0-9 and _ only");
    assert_string_equal(config_of("[run]\nprofile = walk_2\n").run.profile, "walk_2");
    struct config config =
        config_of("[posterior]\nsigma_start_low = .01\nsigma_start_high = .01\nkl_reduction = mean\n");
    assert_string_equal(config.posterior.kl_reduction, "mean");
}

/* ---- lines ---- */

static void test_unknown_names(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"[posterior]\nsigma = 1\n", "a.ini:2: unknown key posterior.sigma; `tenth config --help` lists every key"},
        {"[posterior]\nprior_sgima = 1\n", "a.ini:2: unknown key posterior.prior_sgima; did you mean "
                                           "posterior.prior_sigma?"},
        {"[train]\nfilters = 3\n", "a.ini:2: unknown key train.filters; did you mean model.filters?"},
        {"[train]\nfliters = 3\n", "a.ini:2: unknown key train.fliters; did you mean model.filters?"},
        {"[train]\nquantum = 3\n", "a.ini:2: unknown key train.quantum; `tenth config --help` lists every key"},
        {"[train]\nbase = b.ini\n", "a.ini:2: base = FILE stands in a file, before its first [section]"},
        {"[trian]\n", "a.ini:1: unknown section [trian]; did you mean [train]?"},
        {"[swep]\n", "a.ini:1: unknown section [swep]; did you mean [sweep]?"},
        {"[quantum]\n", "a.ini:1: unknown section [quantum]; `tenth config --help` lists every section"},
        {"[]\n", "a.ini:1: unknown section []; `tenth config --help` lists every section"},
        {"[sweep]\nposterior.prior_sgima = 1|2\n", "a.ini:2: unknown key posterior.prior_sgima; did you mean "
                                                   "posterior.prior_sigma?"},
        {"[sweep]\nprior_sigma = 1|2\n", "a.ini:2: unknown key prior_sigma; did you mean posterior.prior_sigma?"},
        {"filters = 3\n", "a.ini:1: filters stands before the first [section]; only base = FILE may"},
        {"base = b.ini\n", "a.ini:1: base is not allowed here: the text has no directory that it could be relative to"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        expect_refused(cases[i][0], cases[i][1]);
}

/* What inih reports twice. */
static void test_duplicates(void **state)
{
    (void)state;
    expect_refused("[train]\nepochs = 3\nbatch = 4\nepochs = 3\n", "a.ini:4: train.epochs was given in line 2 already");
    expect_refused("[train]\nepochs = 3\n[run]\n[train]\nepochs = 4\n",
                   "a.ini:5: train.epochs was given in line 2 already");
    expect_refused("[train]\nepochs = 3\n[sweep]\ntrain.epochs = 4 | 5\n",
                   "a.ini:4: train.epochs was given in line 2 already");
    expect_refused("[sweep]\ntrain.epochs = 3\ntrain.epochs = 4\n",
                   "a.ini:3: train.epochs was given in line 2 already");
}

/* What inih folds into the value before it. */
static void test_indented_lines(void **state)
{
    (void)state;
    static const char message[] =
        "a.ini:3: the line is indented, and would continue the value before it; remove the spaces";
    expect_refused("[train]\nepochs = 3\n  batch = 4\n", message);
    expect_refused("[train]\nepochs = 3\n\tbatch = 4\n", message);
    expect_refused("[train]\nepochs = 3\n [model]\n", message);
    expect_refused("[train]\n\n  4\n", message);
    struct config config = config_of("[train]\n  ; an indented comment\n   \nepochs = 3\n\t# another\nbatch = 4\n");
    assert_int_equal(config.train.epochs, 3);
    assert_int_equal(config.train.batch, 4);
}

/* What inih does not report, or drops. */
static void test_malformed_lines(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"[train]\nepochs\n", "a.ini:2: the line is neither [section] nor key = value"},
        {"[train]\n= 3\n", "a.ini:2: the line is neither [section] nor key = value"},
        {"[train]\nepochs ; = 3\n", "a.ini:2: the line is neither [section] nor key = value"},
        {"[train]\nepochs\n= 3\n", "a.ini:2: the line is neither [section] nor key = value"},
        {"[train\nepochs = 3\n", "a.ini:1: the section has no ] at its end"},
        {"[train ;]\n", "a.ini:1: the section has no ] at its end"},
        {"[train] epochs = 3\n", "a.ini:1: there is text behind [section]; a comment begins with \" ;\""},
        {"[run]\nname = a\rb\n", "a.ini:2: the line holds a control character (byte value 13); is it a text file?"},
        {"[run]\nname = gr\xfcn\n",
         "a.ini:2: run.name = gr\\xFCn is not UTF-8; save the file, or type the value, in UTF-8"},
        {"[prune]\ncriteria = snr,\xc3\n",
         "a.ini:2: prune.criteria = snr,\\xC3 is not UTF-8; save the file, or type the value, in UTF-8"},
        {"[sweep]\nposterior.method = vi | \xed\xa0\x80\n",
         "a.ini:2: posterior.method = \\xED\\xA0\\x80 is not UTF-8; save the file, or type the value, in UTF-8"},
        {"[run]\nname = \x1b[1m\n", "a.ini:2: the line holds a control character (byte value 27); is it a text file?"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        expect_refused(cases[i][0], cases[i][1]);
}

/* What inih cuts at 200 bytes with line end and 0. Comments do not count. */
static void test_long_lines(void **state)
{
    (void)state;
    char zeros[300], text[2048];
    memset(zeros, '0', sizeof zeros);
    zeros[sizeof zeros - 1] = '\0';
    (void)snprintf(text, sizeof text, "[sweep]\nmodel.filters=1 |%*s\n", 181, "2");
    assert_int_equal(strlen(strchr(text, '\n') + 1), 198 + 1);
    struct config_source *source = read_good(text);
    assert_int_equal(config_cells(source), 2);
    assert_int_equal(cell_of(source, 1, "filters=2").model.filters, 2);
    config_free(source);
    (void)snprintf(text, sizeof text, "[sweep]\nmodel.filters=1 |%*s\n", 182, "2");
    expect_refused(text,
                   "a.ini:2: the line has 199 bytes before its comment, and 198 are the most; evenly spaced values "
                   "can be written FROM:TO:COUNT");
    (void)snprintf(text, sizeof text, "; %s\n[model] ; %s\n# %s\nfilters = 7 ; %s\n", zeros, zeros, zeros, zeros);
    assert_int_equal(config_of(text).model.filters, 7);
}

static void test_comments(void **state)
{
    (void)state;
    struct config config = config_of("# first\n[run] ; a section\n;name = no\n#name = no\nname = a;b#c ; d ; e\n"
                                     "[prune]\ncriteria = ; nothing\n");
    assert_string_equal(config.run.name, "a;b#c");
    assert_int_equal(config.prune.criteria.count, 0);
}

static void test_line_ends_and_marks(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "[model]\nfilters = 7\n",
        "[model]\nfilters = 7",               /* no newline at the end */
        "[model]\r\nfilters = 7\r\n",         /* Windows */
        "\xEF\xBB\xBF[model]\nfilters = 7\n", /* a byte order mark */
        "\xEF\xBB\xBF; comment\r\n\r\n[model]\r\nfilters = 7",
        "\n\n[model]\n\n\nfilters =\t7  \n\n\n",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        assert_int_equal(config_of(texts[i]).model.filters, 7);
    struct config empty = config_of(""), comments = config_of("; nothing but this");
    expect_same(&empty, &comments);
    expect_refused("[model]\r\n\r\nfilters = x\r\n", "a.ini:3: model.filters = x is not a whole number");
}

static void test_bytes_that_are_no_text(void **state)
{
    (void)state;
    static const char bytes[] = "[model]\nfil\0ters = 7\n";
    write_bytes("zero.ini", bytes, sizeof bytes - 1);
    expect_file_refused("zero.ini", "zero.ini:2: the line holds a 0 byte; is it a text file?");
    static const char wide[] = "\xFF\xFE[\0m\0o\0d\0e\0l\0]\0\n";
    write_bytes("wide.ini", wide, sizeof wide);
    expect_file_refused("wide.ini", "wide.ini: is text in UTF-16; save it as UTF-8");
    write_file("text.ini", "[model]\nfilters = 7\n"); /* the same without it is read */
    struct config config;
    config_free(read_good_file("text.ini", &config));
    assert_int_equal(config.model.filters, 7);
}

/* ---- bases ---- */

static void test_base_order(void **state)
{
    (void)state;
    write_file("first.ini", "[model]\nfilters = 1\nkernel = 1\nstride = 1\nlayers = 1\n");
    write_file("second.ini", "[model]\nkernel = 2\nstride = 2\n");
    write_file("top.ini", "; the file\nbase = first.ini , second.ini ; both\n[model]\nstride = 3\n");
    struct config config;
    struct config_source *source = read_good_file("top.ini", &config);
    assert_int_equal(config.model.layers, 1);
    assert_int_equal(config.model.filters, 1);
    assert_int_equal(config.model.kernel, 2);
    assert_int_equal(config.model.stride, 3);
    char *text = config_text(source, 0, true, NULL);
    assert_non_null(text);
    assert_non_null(strstr(
        text,
        "\n[model]\nname = ; default\narchitecture = ; default\nlayers = 1 ; first.ini:5\nfilters = 1 ; first.ini:2\n"
        "kernel = 2 ; second.ini:2\nstride = 3 ; top.ini:4\nprecision = fp32 ; default\n\n"
        "[posterior]\n"));
    assert_non_null(strstr(text, "\nepochs = 20 ; default\n"));
    memory_free(text);
    config_free(source);
}

/* `directory` is where a text's bases are, and a base's own bases are beside it. */
static void test_base_is_relative_to_its_file(void **state)
{
    (void)state;
    assert_int_equal(mkdir("inner", 0777), 0);
    write_file("outer.ini", "[model]\nfilters = 5\n");
    write_file("inner/beside.ini", "[model]\nkernel = 5\n");
    write_file("inner/top.ini", "base = ../outer.ini, beside.ini\n[model]\nstride = 5\n");
    struct config config;
    config_free(read_good_file("inner/top.ini", &config));
    assert_true(config.model.filters == 5 && config.model.kernel == 5 && config.model.stride == 5);

    struct config_source *source = NULL;
    struct error error = {STATUS_OK, ""};
    assert_int_equal(config_read_text("base = top.ini", "text", "inner", &source, &error), STATUS_OK);
    struct config again = cell_of(source, 0, "");
    expect_same(&config, &again);
    config_free(source);
    assert_int_equal(config_read_text("base = outer.ini", "text", "inner", &source, &error), STATUS_USAGE);
    assert_null(source);
    assert_string_equal(error.message,
                        "text:1: base = outer.ini: there is no file inner/outer.ini; bases are relative to "
                        "the file that names them");
    /* Absolute paths stand for themselves. */
    char here[512], absolute[600];
    assert_non_null(getcwd(here, sizeof here));
    (void)snprintf(absolute, sizeof absolute, "base = %s/outer.ini", here);
    if (strlen(absolute) <= 198) { /* else the line is too long, which another test sees to */
        assert_int_equal(config_read_text(absolute, "text", "inner", &source, &error), STATUS_OK);
        assert_int_equal(cell_of(source, 0, "").model.filters, 5);
        config_free(source);
    }
    assert_int_equal(unlink("inner/beside.ini") | unlink("inner/top.ini") | rmdir("inner"), 0);
}

/* Two bases share one: it is read where it is first met, and does not undo what the first base says. */
static void test_shared_base(void **state)
{
    (void)state;
    write_file("root.ini", "[model]\nfilters = 1\nkernel = 1\n");
    write_file("left.ini", "base = root.ini\n[model]\nfilters = 2\n");
    write_file("right.ini", "base = ./root.ini\n[model]\nstride = 2\n");
    write_file("top.ini", "base = left.ini, right.ini\n");
    struct config config;
    config_free(read_good_file("top.ini", &config));
    assert_true(config.model.filters == 2 && config.model.kernel == 1 && config.model.stride == 2);
}

static void test_refused_bases(void **state)
{
    (void)state;
    write_file("good.ini", "[model]\nfilters = 2\n");
    write_file("uses.ini", "base = good.ini\n");
    static const char *const cases[][2] = {
        {"base = good.ini, ./good.ini\n",
         "t.ini:1: base = ./good.ini is here twice, by itself or through a base before it; name it once"},
        {"base = uses.ini, good.ini\n",
         "t.ini:1: base = good.ini is here twice, by itself or through a base before it; name it once"},
        {"base = good.ini\nbase = uses.ini\n", "t.ini:2: base was given in line 1 already; write base = FILE, FILE"},
        {"base = good.ini,\n", "t.ini:1: base = FILE, FILE has an empty name"},
        {"base =\n", "t.ini:1: base = FILE, FILE has an empty name"},
        {"[model]\nbase = good.ini\n", "t.ini:2: base = FILE stands in a file, before its first [section]"},
        {"base = none.ini\n",
         "t.ini:1: base = none.ini: there is no file none.ini; bases are relative to the file that names them"},
        {"base = t.ini\n", "t.ini:1: base = t.ini goes in a circle: t.ini -> t.ini"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        write_file("t.ini", cases[i][0]);
        expect_file_refused("t.ini", cases[i][1]);
    }
    expect_file_refused("none.ini", "none.ini: cannot be read: No such file or directory; check the path");
}

/* Errors in a base name the base; values that are overridden later must be good as well. */
static void test_errors_in_bases(void **state)
{
    (void)state;
    write_file("bad.ini", "[model]\nfilters = 0\n");
    write_file("top.ini", "base = bad.ini\n[model]\nfilters = 5\n");
    expect_file_refused("top.ini", "bad.ini:2: model.filters = 0 is below 1");
}

static void test_circle_of_bases(void **state)
{
    (void)state;
    write_file("a.ini", "base = b.ini\n");
    write_file("b.ini", "\nbase = c.ini\n");
    write_file("c.ini", "base = ./a.ini\n");
    expect_file_refused("a.ini", "c.ini:1: base = ./a.ini goes in a circle: a.ini -> b.ini -> c.ini -> ./a.ini");
    write_file("top.ini", "base = b.ini\n"); /* the way in is no part of the circle */
    expect_file_refused("top.ini", "./a.ini:1: base = b.ini goes in a circle: b.ini -> c.ini -> ./a.ini -> b.ini");
    write_file("c.ini", "[model]\n"); /* without the last link there is none */
    struct config config;
    config_free(read_good_file("a.ini", &config));
}

/* Chains of 17 files are read, of 18 refused; so are more than 64 files. */
static void test_limits_of_bases(void **state)
{
    (void)state;
    char name[32], text[1024];
    for (int i = 0; i < 18; i++) {
        (void)snprintf(name, sizeof name, "chain%d.ini", i);
        (void)snprintf(text, sizeof text, i < 17 ? "base = chain%d.ini\n" : "; %d\n", i + 1);
        write_file(name, text);
    }
    struct config config;
    config_free(read_good_file("chain1.ini", &config));
    expect_file_refused("chain0.ini", "chain16.ini:1: base = chain17.ini: bases are nested more than 16 deep");

    (void)snprintf(text, sizeof text, "base = ");
    for (int i = 0; i < 24; i++) { /* names of two bytes: 24 of them fit into a line */
        (void)snprintf(name, sizeof name, "x%d", i);
        write_file(name, "");
        (void)snprintf(text + strlen(text), sizeof text - strlen(text), "%sx%d", i > 0 ? "," : "", i);
    }
    write_file("p", text);
    for (char *c = text + strlen("base = "); *c; c++)
        *c = *c == 'x' ? 'y' : *c;
    write_file("q", text);
    for (char *c = text + strlen("base = "); *c; c++)
        *c = *c == 'y' ? 'z' : *c;
    write_file("r", text);
    for (int i = 0; i < 24; i++) {
        (void)snprintf(name, sizeof name, "y%d", i);
        write_file(name, "");
        name[0] = 'z';
        write_file(name, "");
    }
    write_file("top", "base = p,q,r\n"); /* 1 + 3 + 3 * 24 files */
    expect_file_refused("top", "z12: the config has more than 64 files; use fewer bases");
    write_file("top", "base = p,q\n");
    config_free(read_good_file("top", &config));
}

/* ---- overrides ---- */

static void test_set(void **state)
{
    (void)state;
    struct config_source *source = read_good("[train]\nepochs = 3\n");
    set_good(source, "train.epochs=4");
    set_good(source, " run.name = a = b | c ");
    set_good(source, "prune.fractions=0,.5");
    struct config config = cell_of(source, 0, "");
    assert_int_equal(config.train.epochs, 4);
    assert_string_equal(config.run.name, "a = b | c");
    assert_int_equal(config.prune.fractions.count, 2);
    char *text = config_text(source, 0, true, NULL);
    assert_non_null(text);
    assert_non_null(strstr(text, "\nepochs = 4 ; --set\n"));
    memory_free(text);
    config_free(source);
}

static void test_refused_set(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"train.epochs", "--set train.epochs: is not section.key=value"},
        {"train.epohcs=3", "--set: unknown key train.epohcs; did you mean train.epochs?"},
        {"epochs=3", "--set: unknown key epochs; did you mean train.epochs?"},
        {"quantum=3", "--set: unknown key quantum; `tenth config --help` lists every key"},
        {"base=b.ini", "--set: base = FILE stands in a file, before its first [section]"},
        {"train.epochs=0", "--set: train.epochs = 0 is below 1"},
        {"run.name=a ;b", "--set: run.name = a ;b has a ; that would begin a comment; remove it"},
        {"run.name=;b", "--set: run.name = ;b has a ; that would begin a comment; remove it"},
        {"run.name=\xff", "--set: run.name = \\xFF is not UTF-8; save the file, or type the value, in UTF-8"},
        {"run.name=a\nb", "--set: run.name has a control character (byte value 10); remove it"},
        {"=3", "--set: unknown key ; `tenth config --help` lists every key"},
    };
    struct config_source *source = read_good("[train]\nepochs = 3\n");
    struct config before = cell_of(source, 0, "");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct error error = {STATUS_OK, ""};
        assert_int_equal(config_set(source, cases[i][0], &error), STATUS_USAGE);
        assert_string_equal(error.message, cases[i][1]);
        struct config after = cell_of(source, 0, "");
        expect_same(&before, &after);
    }
    config_free(source);
}

/* ---- sweeps ---- */

static void test_sweep_order(void **state)
{
    (void)state;
    struct config_source *source = read_good("[sweep]\nposterior.prior_sigma = .1|1e0\nmodel.filters = 8 | 16 | 32\n"
                                             "[train]\nepochs = 5\n");
    static const char *const labels[] = {"prior_sigma=0.1,filters=8",  "prior_sigma=0.1,filters=16",
                                         "prior_sigma=0.1,filters=32", "prior_sigma=1,filters=8",
                                         "prior_sigma=1,filters=16",   "prior_sigma=1,filters=32"};
    assert_int_equal(config_cells(source), 6);
    for (size_t i = 0; i < 6; i++) {
        struct config config = cell_of(source, i, labels[i]);
        assert_int_equal(config.model.filters, 8 << i % 3);
        assert_true(fabs(config.posterior.prior_sigma - (i < 3 ? 0.1 : 1)) <= 0);
        assert_int_equal(config.train.epochs, 5);
    }
    struct config config;
    struct error error = {STATUS_OK, ""};
    char label[CONFIG_LABEL_SIZE];
    assert_int_equal(config_cell(source, 6, &config, label, &error), STATUS_USAGE);
    assert_string_equal(error.message, "the sweep has no cell 6; there are 6, from 0");
    assert_null(config_text(source, 6, false, &error));
    config_free(source);
}

/* Lists and names are swept whole, since values are separated by bars. */
/* What a run's name has anyway is not said again, and is not hidden by one name for all. */
static void sweep_of_what_names_have(void **state)
{
    (void)state;
    struct config_source *source =
        read_good("[sweep]\nposterior.method = vi | mle\nmodel.name = a | b\ntrain.batch = 8 | 9\n");
    assert_int_equal(config_cells(source), 8);
    assert_string_equal(cell_of(source, 3, "batch=9").model.name, "b");
    assert_string_equal(cell_of(source, 6, "batch=8").posterior.method, "mle");
    config_free(source);
    source = read_good("[sweep]\ndata.dataset = mnist | moons\n");
    (void)cell_of(source, 1, "");
    config_free(source);
    expect_refused(
        "[run]\nname = mine\n[sweep]\nposterior.method = vi | mle\n",
        "a.ini:2: run.name = mine would name runs of several values of posterior.method alike; omit it, since "
        "a run's name has them without it");
    config_free(read_good("[run]\nname = mine\n[sweep]\ntrain.batch = 8 | 9\n"));
    expect_refused("[model]\nname = my net\n", "a.ini:2: model.name = my net: a name has a-z, 0-9 and _ only");
}

static void test_sweep_of_lists(void **state)
{
    (void)state;
    struct config_source *source = read_good("[sweep]\nprune.fractions = 0,.5 | 0:1:3 | none\n"
                                             "prune.criteria = snr,random | snr\n");
    assert_int_equal(config_cells(source), 6);
    assert_int_equal(cell_of(source, 2, "fractions=0,0.5,1,criteria=snr,random").prune.fractions.count, 3);
    assert_int_equal(cell_of(source, 5, "fractions=none,criteria=snr").prune.fractions.count, 0);
    config_free(source);
    source = read_good("[sweep]\nprune.samples = 1 | 2\nperturb.samples = 3\n");
    (void)cell_of(source, 1, "prune.samples=2,perturb.samples=3"); /* "samples" alone would say too little */
    config_free(source);
}

static void test_sweep_inheritance(void **state)
{
    (void)state;
    write_file("base.ini", "[sweep]\nmodel.filters = 8 | 16\nmodel.kernel = 3 | 5\n");
    write_file("top.ini", "base = base.ini\n[sweep]\nmodel.filters = 1 | 2 | 3\ntrain.epochs = 7 | 9\n");
    struct config config;
    struct config_source *source = read_good_file("top.ini", &config);
    assert_int_equal(config_cells(source), 12);
    (void)cell_of(source, 1, "filters=1,kernel=3,epochs=9");
    (void)cell_of(source, 11, "filters=3,kernel=5,epochs=9");
    config_free(source);
    write_file("top.ini", "base = base.ini\n[model]\nfilters = 4\n"); /* a plain value ends its key's sweep */
    source = read_good_file("top.ini", &config);
    assert_int_equal(config_cells(source), 2);
    assert_int_equal(cell_of(source, 1, "kernel=5").model.filters, 4);
    set_good(source, "model.kernel=2");
    assert_int_equal(config_cells(source), 1);
    assert_int_equal(cell_of(source, 0, "").model.kernel, 2);
    config_free(source);
}

static void test_refused_sweeps(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"[sweep]\nmodel.filters = 8 | 0\n", "a.ini:2: model.filters = 0 is below 1"},
        {"[sweep]\nmodel.filters = 8 | | 9\n",
         "a.ini:2: the sweep of model.filters has an empty value; values are separated by |"},
        {"[sweep]\nmodel.filters =\n",
         "a.ini:2: the sweep of model.filters has an empty value; values are separated by |"},
        {"[sweep]\nposterior.prior_sigma = .1 | 1 | 0.10\n",
         "a.ini:2: the sweep of posterior.prior_sigma has 0.10 twice"},
        {"[sweep]\nprune.fractions = 0:1:3 | 0,.5,1\n", "a.ini:2: the sweep of prune.fractions has 0,.5,1 twice"},
        {"[sweep]\nposterior.kl_reduction = sun | mean\n", "a.ini:2: posterior.kl_reduction = sun; did you mean sum?"},
        {"[sweep]\nrun.seed = 1 | 2\n",
         "a.ini:2: run.seed cannot be swept: seeds are repeated by run.seeds = N, and the rest changes no result"},
        {"[sweep]\nprune.samples = 1 | 2\nmodel.filters = 64 # wide | 3\n",
         "a.ini:3: model.filters = 64 # wide holds a #; a comment behind a value begins with \" ;\""},
        {"[sweep]\nprune.fractions = 0:1:200 | 0\n", "a.ini:2: the cell's name in this sweep is 2395 bytes long, and "
                                                     "255 is the most; sweep fewer or shorter values"},
    };
    for (size_t i = 0; i + 1 < sizeof cases / sizeof cases[0]; i++)
        expect_refused(cases[i][0], cases[i][1]);
    /* How long the name is follows from the digits of 200 numbers; the words around it are what matters. */
    const size_t last = sizeof cases / sizeof cases[0] - 1;
    struct config_source *source = read_good(cases[last][0]);
    struct config config;
    struct error error = {STATUS_OK, ""};
    char label[CONFIG_LABEL_SIZE];
    assert_int_equal(config_cell(source, 0, &config, label, &error), STATUS_USAGE);
    assert_memory_equal(error.message, cases[last][1], strlen("a.ini:2: the cell's name in this sweep is "));
    assert_non_null(strstr(error.message, "255 is the most; sweep fewer or shorter values"));
    (void)cell_of(source, 1, "fractions=0");
    config_free(source);
}

/* 50 values of each of three keys are 125,000 cells. */
static void test_too_many_cells(void **state)
{
    (void)state;
    char text[1024], values[256] = "0";
    for (int i = 1; i < 50; i++)
        (void)snprintf(values + strlen(values), sizeof values - strlen(values), "|%d", i);
    (void)snprintf(text, sizeof text, "[sweep]\ntrain.validation_items = %s\ntrain.shift = %s\nprune.samples = %s\n",
                   values, values, values);
    expect_refused(text, "a.ini: the sweep has more than 100000 cells; sweep fewer values");
    (void)snprintf(text, sizeof text, "[sweep]\ntrain.validation_items = %s\ntrain.shift = %s\n", values, values);
    struct config_source *source = read_good(text);
    assert_int_equal(config_cells(source), 2500);
    (void)cell_of(source, 2499, "validation_items=49,shift=49");
    config_free(source);
}

/* ---- the way back ---- */

/* Reads a cell's text, with and without origins, and compares. */
static void expect_round_trip(const struct config_source *source, size_t cell)
{
    struct error error = {STATUS_OK, ""};
    struct config config, again;
    char label[CONFIG_LABEL_SIZE];
    assert_int_equal(config_cell(source, cell, &config, label, &error), STATUS_OK);
    for (int with_origin = 0; with_origin < 2; with_origin++) {
        char *text = config_text(source, cell, with_origin, &error);
        assert_non_null(text);
        again = config_of(text);
        expect_same(&config, &again);
        memory_free(text);
    }
}

static void test_round_trip_of_every_key(void **state)
{
    (void)state;
    static struct assignment list[KEYS_MAX];
    size_t count = other_values(list, KEYS_MAX);
    struct config_source *source = read_good("");
    struct config defaults = cell_of(source, 0, "");
    for (size_t i = 0; i < count; i++) {
        struct config_source *single = read_good("[posterior]\nsigma_start_high = 1000\nkl_warmup_end = 1\n");
        set_good(single, "posterior.sigma_start_low=1e-5"); /* so that each key can be set alone */
        struct config before = cell_of(single, 0, "");
        set_good(single, list[i].text);
        struct config after = cell_of(single, 0, "");
        assert_non_null(difference(&before, &after));
        assert_string_equal(difference(&before, &after), list[i].key); /* the key's own member, and no other */
        expect_round_trip(single, 0);
        config_free(single);
        set_good(source, list[i].text);
    }
    struct config changed = cell_of(source, 0, "");
    assert_non_null(difference(&defaults, &changed));
    expect_round_trip(source, 0);
    config_free(source);
}

/* Numbers that nine digits do not hold come back all the same; those that they hold are written short. */
static void test_digits(void **state)
{
    (void)state;
    struct config_source *source = read_good("[train]\nlearning_rate = 0.0020000000000000005\nbatch = 35\n");
    char *text = config_text(source, 0, false, NULL);
    assert_non_null(text);
    assert_non_null(strstr(text, "\nlearning_rate = 0.0020000000000000005\n"));
    assert_non_null(strstr(text, "\nadam_beta1 = 0.9\n"));
    assert_non_null(strstr(text, "\nthresholds = -10000,-1000,-500,-200,-100,-50,-20,-10:3.5:30\n"));
    expect_round_trip(source, 0);
    memory_free(text);
    config_free(source);
}

/* A path may hold what would end a comment's line, and bytes that are no text. A comment may, too. */
static void test_origin_of_any_bytes(void **state)
{
    (void)state;
    struct config_source *source = NULL;
    assert_int_equal(config_read_text("[model]\nfilters = 7 ; gr\xfcn\n", "a\n[gr\xfcn].ini", NULL, &source, NULL),
                     STATUS_OK);
    expect_round_trip(source, 0);
    char *text = config_text(source, 0, true, NULL);
    assert_non_null(strstr(text, "\nfilters = 7 ; a\\x0A[gr\\xFCn].ini:2\n"));
    assert_true(utf8_valid(text));
    memory_free(text);
    config_free(source);
}

/* A key that came later is no part of a section's text while it has the value that was the rule before it. */
static void later_keys_leave_older_texts_alone(void **state)
{
    (void)state;
    struct config config = config_of("[model]\nprecision = fp32\n"), other = config_of("[model]\nprecision = bf16\n");
    char *before = config_section_text(&config, "model", NULL), *after = config_section_text(&other, "model", NULL);
    assert_true(before && after);
    assert_null(strstr(before, "precision"));
    assert_non_null(strstr(after, "model.precision = bf16\n"));
    memory_free(before);
    memory_free(after);
    other = config_of("[data]\ndataset = files\ntrain = a\nmissing = interpolate\n");
    before = config_section_text(&config, "data", NULL);
    after = config_section_text(&other, "data", NULL);
    assert_true(before && after);
    assert_string_equal(before, "data.dataset = mnist\ndata.validation_fraction = 0.2\ndata.train_items = 0\n"
                                "data.test_items = 0\ndata.evaluate = test\ndata.synthetic = no\n");
    assert_non_null(strstr(after, "data.train = a\n"));
    assert_non_null(strstr(after, "data.missing = interpolate\n"));
    memory_free(before);
    memory_free(after);
    other = config_of("[posterior]\nprior = laplace\nstart = glorot\n");
    before = config_section_text(&config, "posterior", NULL);
    after = config_section_text(&other, "posterior", NULL);
    assert_true(before && after);
    assert_null(strstr(before, "posterior.start "));
    assert_null(strstr(before, "posterior.prior "));
    assert_non_null(strstr(after, "posterior.start = glorot\n"));
    assert_non_null(strstr(after, "posterior.prior = laplace\n"));
    memory_free(before);
    memory_free(after);
}

/* The text of a section changes exactly when one of its keys does. */
static void test_section_text(void **state)
{
    (void)state;
    static struct assignment list[KEYS_MAX];
    static const char *const sections[] = {"run", "data", "model", "posterior", "train", "prune", "perturb"};
    size_t count = other_values(list, KEYS_MAX);
    for (size_t i = 0; i < count; i++) {
        struct config_source *source = read_good("[posterior]\nsigma_start_high = 1000\nkl_warmup_end = 1\n");
        struct config before = cell_of(source, 0, "");
        set_good(source, list[i].text);
        struct config after = cell_of(source, 0, "");
        for (size_t s = 0; s < 7; s++) {
            char *old_text = config_section_text(&before, sections[s], NULL);
            char *new_text = config_section_text(&after, sections[s], NULL);
            assert_true(old_text && new_text);
            assert_int_equal(strcmp(old_text, new_text) != 0, strcmp(sections[s], list[i].section) == 0);
            memory_free(old_text);
            memory_free(new_text);
        }
        config_free(source);
    }
}

static void test_section_text_is_canonical(void **state)
{
    (void)state;
    struct config config = config_of("[prune]\nfractions = 0:1:3\ncriteria = snr, random\n[model]\nfilters = 007\n");
    struct config other = config_of("[prune]\nfractions = 0 , 0.50,1e0\ncriteria = snr,random\n[model]\nfilters = 7\n");
    char *text = config_section_text(&config, "model prune", NULL);
    char *same = config_section_text(&other, "model prune", NULL);
    assert_true(text && same);
    assert_string_equal(text, same);
    assert_memory_equal(text,
                        "model.layers = 3\nmodel.filters = 7\nmodel.kernel = 6\nmodel.stride = 2\n"
                        "prune.criteria = snr,random\nprune.fractions = 0,0.5,1\n",
                        strlen("model.layers = 3\nmodel.filters = 7\nmodel.kernel = 6\nmodel.stride = 2\n"
                               "prune.criteria = snr,random\nprune.fractions = 0,0.5,1\n"));
    memory_free(text);
    memory_free(same);
    struct error error = {STATUS_OK, ""};
    assert_null(config_section_text(&config, "model modle", &error));
    assert_string_equal(error.message, "there is no config section called modle");
    text = config_section_text(&config, "", &error);
    assert_string_equal(text, "");
    memory_free(text);
}

/* ---- help ---- */

static void test_help(void **state)
{
    (void)state;
    char *help = config_help(false, NULL), *markdown = config_help(true, NULL);
    assert_true(help && markdown);
    static struct assignment list[KEYS_MAX];
    size_t count = other_values(list, KEYS_MAX), rows = 0;
    for (size_t i = 0; i < count; i++) {
        char wanted[96];
        (void)snprintf(wanted, sizeof wanted, "\n[%s]  ", list[i].section);
        const char *section = strstr(help, wanted);
        assert_non_null(section);
        (void)snprintf(wanted, sizeof wanted, "\n  %s =", strchr(list[i].key, '.') + 1);
        assert_non_null(strstr(section, wanted));
        (void)snprintf(wanted, sizeof wanted, "\n| `%s` | ", list[i].key);
        assert_non_null(strstr(markdown, wanted));
    }
    for (const char *line = help; *line; line += strcspn(line, "\n") + 1)
        assert_true(strcspn(line, "\n") <= 100);
    for (const char *line = markdown; *line; line += strcspn(line, "\n") + 1) {
        size_t bars = 0;
        for (const char *c = line; *c != '\n'; c++)
            bars += *c == '|' && (c == line || c[-1] != '\\');
        assert_int_equal(bars, 7);
        rows++;
    }
    assert_int_equal(rows, count + 2);
    assert_non_null(strstr(help, "\n  prior_sigma = 0.1\n      number, 1e-06 to 1000000 [weight]: standard deviation"));
    assert_non_null(strstr(help, "\n  synthetic = no\n      yes or no: use the built-in generator"));
    assert_non_null(strstr(markdown, "| `train.epochs` | whole number | `20` | 1 to 1000000 |  | passes over"));
    memory_free(help);
    memory_free(markdown);
}

/* ---- faults ---- */

/* Each allocation fails once: a status, a message, nothing leaked (the sanitizer's word), no half-made source. */
static void test_faults_while_reading(void **state)
{
    (void)state;
    write_file("base.ini", "[model]\nfilters = 8\n[sweep]\nprune.fractions = 0 | .5 | 0,1\n");
    write_file("top.ini", "base = base.ini\n[model]\nkernel = 5\n[sweep]\nprune.fractions = 1 | .25\n");
    size_t faults = 0;
    for (bool met = true; met; faults++) {
        struct error error = {STATUS_OK, ""};
        struct config_source *source = NULL;
        fault_arm(faults);
        enum status status = config_read("top.ini", &source, &error);
        met = fault_met();
        fault_arm(SIZE_MAX);
        assert_int_equal(status, met ? STATUS_NO_MEMORY : STATUS_OK);
        assert_true(met ? source == NULL && error.message[0] : source != NULL);
        config_free(source);
    }
    assert_true(faults > 18); /* the source; 2 files with 3 blocks; the path of a base; 4 keys with 2 or 3 */
}

static void test_faults_while_reading_text(void **state)
{
    (void)state;
    size_t faults = 0;
    for (bool met = true; met; faults++) {
        struct error error = {STATUS_OK, ""};
        struct config_source *source = NULL;
        fault_arm(faults);
        enum status status = config_read_text("[model]\nfilters = 8\n", "text", ".", &source, &error);
        met = fault_met();
        fault_arm(SIZE_MAX);
        assert_int_equal(status, met ? STATUS_NO_MEMORY : STATUS_OK);
        assert_true(met ? source == NULL && error.message[0] : source != NULL);
        config_free(source);
    }
    assert_true(faults > 5); /* the source, the directory, the place, the value and its origin */
}

static void test_faults_while_setting(void **state)
{
    (void)state;
    size_t faults = 0;
    for (bool met = true; met; faults++) {
        struct error error = {STATUS_OK, ""};
        struct config_source *source = read_good("[sweep]\nmodel.filters = 8 | 9\n");
        fault_arm(faults);
        enum status status = config_set(source, "model.filters=5", &error);
        met = fault_met();
        fault_arm(SIZE_MAX);
        assert_int_equal(status, met ? STATUS_NO_MEMORY : STATUS_OK);
        assert_int_equal(config_cells(source), met ? 2 : 1); /* as it was, or changed */
        assert_int_equal(cell_of(source, 0, met ? "filters=8" : "").model.filters, met ? 8 : 5);
        config_free(source);
    }
    assert_true(faults > 3);
}

/* The four writers, each of which returns a text or fails whole. */
static char *write_text(int which, const struct config_source *source, const struct config *config, struct error *error)
{
    char label[CONFIG_LABEL_SIZE];
    struct config scratch;
    switch (which) {
    case 0:
        return config_text(source, 1, true, error);
    case 1:
        return config_section_text(config, ALL_SECTIONS, error);
    case 2:
        return config_help(false, error);
    case 3:
        return config_help(true, error);
    default:
        return config_cell(source, 1, &scratch, label, error) == STATUS_OK ? memory_copy_text(label, error) : NULL;
    }
}

static void test_faults_while_writing(void **state)
{
    (void)state;
    struct config_source *source = read_good("[sweep]\nmodel.filters = 8 | 9\n");
    struct config config = cell_of(source, 1, "filters=9");
    for (int which = 0; which < 5; which++) {
        size_t faults = 0;
        for (bool met = true; met; faults++) {
            struct error error = {STATUS_OK, ""};
            fault_arm(faults);
            char *text = write_text(which, source, &config, &error);
            met = fault_met();
            fault_arm(SIZE_MAX);
            assert_true(met ? text == NULL && error.status == STATUS_NO_MEMORY && error.message[0] : text != NULL);
            memory_free(text);
        }
        assert_true(faults > 1);
    }
    config_free(source);
}

/* ---- the files in configs/ (the tests are run from the root) ---- */

static const char *const DATASETS[] = {"mnist", "cifar10", "ecg5000", "moons"};
static const char *const METHODS[] = {"vi", "map", "mle", "dropout", "ensemble"};
/* As experiments/profile.c reads them: each file of a profile that is there, over the config. */
static void lay_over(struct config_source *source, const char *profile, const char *dataset, const char *method)
{
    char paths[3][96];
    (void)snprintf(paths[0], sizeof paths[0], "configs/profiles/%s.ini", profile);
    (void)snprintf(paths[1], sizeof paths[1], "configs/profiles/%s_%s.ini", profile, dataset);
    (void)snprintf(paths[2], sizeof paths[2], "configs/profiles/%s_%s_%s.ini", profile, dataset, method);
    for (size_t i = 0; i < 3; i++) {
        struct error error = {0};
        if (i == 0 || access(paths[i], F_OK) == 0)
            assert_int_equal(config_overlay(source, paths[i], &error), STATUS_OK);
    }
}

static void check_run(const char *profile, const char *dataset, const char *method)
{
    struct config config;
    struct error error = {0};
    char path[96], label[CONFIG_LABEL_SIZE];
    (void)snprintf(path, sizeof path, "configs/%s_%s.ini", dataset, method);
    struct config_source *source = read_good_file(path, &config);
    if (strcmp(profile, "standard") != 0)
        lay_over(source, profile, dataset, method);
    assert_int_equal(config_cells(source), 1);
    assert_int_equal(config_cell(source, 0, &config, label, &error), STATUS_OK);
    assert_string_equal(config.data.dataset, dataset);
    assert_string_equal(config.posterior.method, method);
    assert_string_equal(config.run.profile, profile);
    expect_round_trip(source, 0);
    config_free(source);
}

static void test_every_run(void **state)
{
    (void)state;
    static const char *const profiles[] = {"standard", "smoke", "talk"};
    for (size_t p = 0; p < 3; p++) {
        for (size_t d = 0; d < sizeof DATASETS / sizeof DATASETS[0]; d++) {
            for (size_t m = 0; m < sizeof METHODS / sizeof METHODS[0]; m++)
                check_run(profiles[p], DATASETS[d], METHODS[m]);
        }
    }
}

/* Every other file, too, is a config by itself. */
static void test_every_base(void **state)
{
    (void)state;
    static const char *const bases[] = {"mnist",          "cifar10",       "ecg5000",
                                        "profiles/smoke", "profiles/talk", "literal/literal"};
    for (size_t i = 0; i < sizeof bases / sizeof bases[0]; i++) {
        char path[96];
        struct config config;
        (void)snprintf(path, sizeof path, "configs/%s.ini", bases[i]);
        struct config_source *source = read_good_file(path, &config);
        expect_round_trip(source, 0);
        config_free(source);
    }
}

/* The steps of the talk's program: the epochs are the fewest that reach them, and the KL's ramp lies where it did. */
static void test_literal_arithmetic(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        long items, steps, filters;
        double rate, low, high, clip;
    } talk[] = {{"mnist", 48000, 500000, 120, .0025, 1. / 50, 1. / 10, 0},
                {"cifar10", 40000, 100000, 200, .001, 1. / 100, 1. / 50, 0},
                {"ecg5000", 400, 100000, 130, .0025, 1. / 20, 1. / 5, 10}};
    for (size_t i = 0; i < 3; i++) {
        char path[96];
        struct config config;
        (void)snprintf(path, sizeof path, "configs/literal/%s_vi.ini", talk[i].name);
        config_free(read_good_file(path, &config));
        long steps_per_epoch = talk[i].items / config.train.batch, steps = config.train.epochs * steps_per_epoch;
        assert_int_equal(config.train.batch, 35);
        assert_string_equal(config.run.profile, "literal");
        assert_true(steps >= talk[i].steps && steps - steps_per_epoch < talk[i].steps);
        /* A half unit of the seventh decimal of the share, over half a million steps, is .025 steps. */
        assert_true(fabs(config.posterior.kl_warmup_begin * (double)steps - 3000) < 0.03);
        assert_true(fabs(config.posterior.kl_warmup_end * (double)steps - 20000) < 0.03);
        double final_weight = fmax(0.1, 35.0 / (double)talk[i].items); /* the talk's max(.1, batch/N) */
        assert_true(fabs(config.posterior.temperature - final_weight) <= 0);
        assert_true(fabs(config.posterior.kl_start * config.posterior.temperature - 1e-4) < 1e-12);
        assert_string_equal(config.posterior.kl_reduction, "mean");
        assert_string_equal(config.train.schedule, "exponential");
        assert_int_equal(config.train.sigma_freeze_steps, 2000);
        assert_int_equal(config.model.filters, talk[i].filters);
        assert_true(fabs(config.train.learning_rate - talk[i].rate) <= 0);
        assert_true(fabs(config.posterior.sigma_start_low - talk[i].low) < 1e-12);
        assert_true(fabs(config.posterior.sigma_start_high - talk[i].high) < 1e-12);
        assert_true(fabs(config.train.clip_norm - talk[i].clip) <= 0);
    }
}

static void test_ablation_example(void **state)
{
    (void)state;
    struct config config;
    struct config_source *source = read_good_file("configs/ecg5000_prior_ablation.ini", &config);
    static const double priors[] = {0.03, 0.1, 0.3, 1};
    static const char *const labels[] = {"prior_sigma=0.03", "prior_sigma=0.1", "prior_sigma=0.3", "prior_sigma=1"};
    assert_int_equal(config_cells(source), 4);
    for (size_t i = 0; i < 4; i++) {
        struct config cell = cell_of(source, i, labels[i]);
        assert_true(fabs(cell.posterior.prior_sigma - priors[i]) <= 0);
        expect_round_trip(source, i);
    }
    config_free(source);
}

int main(void)
{
#define IN_SCRATCH(test) cmocka_unit_test_setup_teardown(test, scratch_setup, scratch_teardown)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_default_lists),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_words_of_bool),
        cmocka_unit_test(test_lists),
        cmocka_unit_test(a_range_ends_where_it_says),
        cmocka_unit_test(test_refused_values),
        cmocka_unit_test(test_values_as_elsewhere),
        cmocka_unit_test(test_long_values),
        cmocka_unit_test(test_checks_across_keys),
        cmocka_unit_test(test_unknown_names),
        cmocka_unit_test(test_duplicates),
        cmocka_unit_test(test_indented_lines),
        cmocka_unit_test(test_malformed_lines),
        cmocka_unit_test(test_long_lines),
        cmocka_unit_test(test_comments),
        cmocka_unit_test(test_line_ends_and_marks),
        IN_SCRATCH(test_bytes_that_are_no_text),
        IN_SCRATCH(test_base_order),
        IN_SCRATCH(test_base_is_relative_to_its_file),
        IN_SCRATCH(test_shared_base),
        IN_SCRATCH(test_refused_bases),
        IN_SCRATCH(test_errors_in_bases),
        IN_SCRATCH(test_circle_of_bases),
        IN_SCRATCH(test_limits_of_bases),
        cmocka_unit_test(test_set),
        cmocka_unit_test(test_refused_set),
        cmocka_unit_test(test_sweep_order),
        cmocka_unit_test(sweep_of_what_names_have),
        cmocka_unit_test(test_sweep_of_lists),
        IN_SCRATCH(test_sweep_inheritance),
        cmocka_unit_test(test_refused_sweeps),
        cmocka_unit_test(test_too_many_cells),
        cmocka_unit_test(test_round_trip_of_every_key),
        cmocka_unit_test(test_digits),
        cmocka_unit_test(test_origin_of_any_bytes),
        cmocka_unit_test(test_section_text),
        cmocka_unit_test(later_keys_leave_older_texts_alone),
        cmocka_unit_test(test_section_text_is_canonical),
        cmocka_unit_test(test_help),
        IN_SCRATCH(test_faults_while_reading),
        cmocka_unit_test(test_faults_while_reading_text),
        cmocka_unit_test(test_faults_while_setting),
        cmocka_unit_test(test_faults_while_writing),
        cmocka_unit_test(test_every_run),
        cmocka_unit_test(test_every_base),
        cmocka_unit_test(test_literal_arithmetic),
        cmocka_unit_test(test_ablation_example),
    };
#undef IN_SCRATCH
    return cmocka_run_group_tests(tests, NULL, NULL);
}
