/* experiments/main.c: `tenth COMMAND ...`. */
#include <errno.h>
#include <fcntl.h>
#include <gsl/gsl_errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bayes/criterion.h"
#include "bayes/metric.h"
#include "bayes/posterior.h"
#include "commands.h"
#include "core/cpus.h"
#include "compute/isa.h"
#include "data/dataset.h"
#include "data/ood.h"
#include "data/perturb.h"
#include "io/store.h"
#include "io/table.h"
#include "run/provenance.h"
#include "say.h"

struct command {
    const char *name, *arguments, *help, *more;
    unsigned int options;
    command_fn *function;
    command_fn *behind_help; /* called without arguments after the help was printed; NULL: nothing */
};

enum {
    RUN_OPTIONS = OPTION_DATA_DIR | OPTION_OUT | OPTION_PROFILE | OPTION_SET | OPTION_SEED | OPTION_THREADS |
                  OPTION_FORCE | OPTION_DRY_RUN | OPTION_WAIT | OPTION_QUIET,
    EXPORT_OPTIONS = OPTION_CRITERION | OPTION_FRACTION | OPTION_QUANTIZE | OPTION_POSTERIOR | OPTION_NAME |
                     OPTION_OUT | OPTION_DATA_DIR | OPTION_SET | OPTION_THREADS | OPTION_MEASURE | OPTION_QUIET
};

static const struct command commands[] = {
    {"run", "CONFIG.ini|RUN.h5...", "train, prune, perturb, show unknown items, illustrate; one HDF5 file per run",
     "Runs every cell of each config's [sweep] with every seed. What is there already with the same config, seed and "
     "data\n"
     "is not made again; after Ctrl-C the same command resumes. One process at a time works on a run.",
     RUN_OPTIONS | OPTION_JOBS, command_run, NULL},
    {"train", "CONFIG.ini|RUN.h5...", "train only", "", RUN_OPTIONS | OPTION_JOBS, command_train, NULL},
    {"prune", "CONFIG.ini|RUN.h5...", "the pruning sweep of trained runs",
     "A run's file stands for its config: `tenth prune RUN.h5 --set prune.samples=50` measures it anew.",
     RUN_OPTIONS | OPTION_JOBS, command_prune, NULL},
    {"perturb", "CONFIG.ini|RUN.h5...", "the perturbation sweep of trained runs", "", RUN_OPTIONS | OPTION_JOBS,
     command_perturb, NULL},
    {"ood", "CONFIG.ini|RUN.h5...", "predictions of trained runs for items of no class that they know", "",
     RUN_OPTIONS | OPTION_JOBS, command_ood, NULL},
    {"illustrate", "CONFIG.ini|RUN.h5...", "pictures, single predictions and single weights of trained runs",
     "What the figures show beside numbers; it goes into the run's file, as tables.", RUN_OPTIONS | OPTION_JOBS,
     command_illustrate, NULL},
    {"table", "[LABEL=]RUN.h5|DIR... TABLE", "print a result as a table",
     "Tables of several files are printed as one; a directory stands for its run files. A label tells runs of one "
     "name\n"
     "apart: with A=DIR, mnist_vi_seed1 is mnist_vi:A_seed1. Claims are about runs without labels.",
     OPTION_FORMAT | OPTION_LIST | OPTION_EVIDENCE, command_table, NULL},
    {"registry", "[KIND [NAME...]]", "the rows of every registry, or of one: titles, units, colours",
     "Tab-separated, with a header: data sets, methods, criteria, perturbations, items of no class, measures, metrics.",
     OPTION_FORMAT, command_registry, NULL},
    {"data", "FILE...", "what files of data are, and the [data] section that reads them",
     "Format, shape, classes with the items of each, range, missing values and SHA-256 of each file: IDX, NumPy's "
     ".npy,\n"
     "text of series (UCR, .ts, ARFF), CIFAR's binary records, or a directory with one of PNG images for each class.\n"
     "The test file and the labels beside a training file are found by its name. The output is a config: comments\n"
     "and a [data] section that reads the files, with paths from the working directory.",
     0, command_data, NULL},
    {"compare", "A B", "whether two directories of tables agree within their intervals",
     "Compares the accuracies and entropies of prune.csv, perturb.csv and ood.csv, in A and B or in their tables/, for "
     "runs of\n"
     "the same name. The intervals are widened to hold together with 95 %. Exit code 0: they agree; 1: they do not.\n"
     "Where both say by which config a run was made (provenance.csv), what differs is named.",
     0, command_compare, NULL},
    {"report", "DIR", "one self-contained HTML page of what run_all.sh wrote to DIR",
     "DIR has run files, tables/ and figures/; DIR/report.html is written anew. It needs no network to be read.", 0,
     command_report, NULL},
    {"config", "[CONFIG.ini...]", "print the resolved config and where each value comes from",
     "Exits with 2 for what `tenth run` would refuse before it opens data, each file by itself. Without a file, and "
     "here:\n"
     "every key with its default, range, unit and meaning.",
     OPTION_PROFILE | OPTION_SET | OPTION_SEED | OPTION_MARKDOWN, command_config, command_config},
    {"export", "RUN.h5", "a pruned run as a small model file and as C99 for a device",
     "Writes NAME.tenth, NAME.h and NAME.c into --out: the network with the fraction of its weights removed and dead "
     "filters\n"
     "taken out. samples=K stores K networks of the posterior, variance one with the variance of each weight, which is "
     "sent\n"
     "through the layers in a single pass. Items whose entropy is above a threshold, chosen on the validation split, "
     "are\n"
     "referred to a human. `tenth predict` runs the file.",
     EXPORT_OPTIONS, command_export, NULL},
    {"predict", "MODEL.tenth INPUT...", "class and uncertainty of items, by an exported model",
     "An input is a PNG, PBM, PGM or PPM image of the model's size, an IDX file of images, or text with a series in "
     "each\n"
     "line: its values, or a class, which is not looked at, and its values; parted by tabs, commas, semicolons or "
     "blanks.\n"
     "Any of them may be packed with gzip; - is standard input. Samples of any depth are scaled to 0 .. 255, without "
     "gamma.\n"
     "A transparent image, a colored one for a model of gray ones, and a file with a line that cannot be read are "
     "refused\n"
     "as a whole, by name; the other inputs are predicted, and the exit code is 3. Classes count from 0, entropies are "
     "in\n"
     "nats.\n"
     "Values are taken as they are: with the polarity, the scale and the normalisation of the training data, as "
     "below.\n"
     "An input is referred to a human where its entropy is above the threshold, or where it is unlike the training "
     "data:\n"
     "its mean, deviation, border, least or largest value outside what they had, by more than half of that range (and "
     "a\n"
     "quarter of the largest deviation). The reason stands beside it, and so does what the model was trained on.",
     OPTION_FORMAT | OPTION_THRESHOLD, command_predict, predict_explain},
    {"bench", "", "measure the speed of a training step, or of a prediction, on random items",
     "One row of CSV with its header. ms_per_step is the median of the timed steps, each a whole one: sampling, "
     "forward,\n"
     "backward, update. gflops counts the direct convolution's multiply-adds, twice, and three passes a step; "
     "Winograd's\n"
     "transforms need fewer, so it may exceed sgemm_gflops, the rate of large matrix products measured in the same\n"
     "process with as many threads. share_* are parts of the threads' time: products; im2col, Winograd's transforms,\n"
     "bias and SELU; sampling; update. With --predict: ms for --samples networks on that many items,\n"
     "of whose weights --fraction (by chance) are gone.",
     OPTION_DATASET | OPTION_METHOD | OPTION_BATCH | OPTION_FILTERS | OPTION_ARCHITECTURE | OPTION_PRECISION |
         OPTION_THREADS | OPTION_REPEATS | OPTION_PREDICT | OPTION_SAMPLES | OPTION_FRACTION | OPTION_FORMAT,
     command_bench, NULL},
};
enum { COMMANDS = sizeof commands / sizeof commands[0] };

static void print_registries(void)
{
    size_t count;
    const struct dataset_kind *datasets = dataset_kinds(&count);
    printf("\nData sets:");
    for (size_t i = 0; i < count; i++)
        printf(" %s", datasets[i].name);
    const struct method *all_methods = methods(&count);
    printf("\nMethods:\n");
    for (size_t i = 0; i < count; i++)
        printf("  %-20s %s\n", all_methods[i].name, all_methods[i].title);
    const struct prior_kind *priors = prior_kinds(&count);
    printf("Priors:\n");
    for (size_t i = 0; i < count; i++)
        printf("  %-20s %s (%s)\n", priors[i].name, priors[i].title, priors[i].source);
    const struct criterion *all_criteria = criteria(&count);
    printf("Criteria:\n");
    for (size_t i = 0; i < count; i++)
        printf("  %-20s %s (%s)\n", all_criteria[i].name, all_criteria[i].title, all_criteria[i].source);
    const struct perturbation *all_perturbations = perturbations(&count);
    printf("Perturbations:\n");
    for (size_t i = 0; i < count; i++)
        printf("  %-20s %s, up to %g%s%s\n", all_perturbations[i].name, all_perturbations[i].title,
               all_perturbations[i].largest, strcmp(all_perturbations[i].unit, "1") == 0 ? "" : " ",
               strcmp(all_perturbations[i].unit, "1") == 0 ? "" : all_perturbations[i].unit);
    const struct ood *all_oods = oods(&count);
    printf("Items of no class (out of distribution):\n");
    for (size_t i = 0; i < count; i++)
        printf("  %-20s %s\n", all_oods[i].name, all_oods[i].title);
    const struct metric *all_metrics = metrics(&count);
    printf("Metrics:\n");
    for (size_t i = 0; i < count; i++)
        printf("  %-20s %s [%s]\n", all_metrics[i].name, all_metrics[i].formula, all_metrics[i].unit);
}

static void print_networks(void)
{
    size_t count;
    const struct layer_kind *const *layers = layer_kinds(&count);
    printf("Layers (model.architecture):\n");
    for (size_t i = 0; i < count; i++)
        printf("  %-20s %s\n", layers[i]->name, layers[i]->usage);
    const struct activation *all_activations = activations(&count);
    printf("Activations:\n");
    for (size_t i = 0; i < count; i++)
        printf("  %-20s %s (%s)\n", all_activations[i].name, all_activations[i].title, all_activations[i].source);
}

static void print_help(void)
{
    printf("tenth: how far can a Bayesian neural network be pruned, and does it know what it does not know?\n\n"
           "usage: tenth COMMAND [arguments]\n\n");
    for (size_t i = 0; i < COMMANDS; i++)
        printf("  tenth %-10s %-22s %s\n", commands[i].name, commands[i].arguments, commands[i].help);
    printf("  tenth help                              this text; tenth COMMAND --help says more\n"
           "  tenth --version\n"
           "  tenth --cpus                            how many processors it may use, by affinity, quota and OpenMP\n");
    print_registries();
    print_networks();
    printf("\nExit codes: 0 done; 1 the work failed; 2 usage or config; 3 data missing or corrupt; 130 interrupted.\n");
}

static void print_version(void)
{
    struct provenance provenance;
    provenance_gather(&provenance);
    printf("tenth %s (commit %s; %s, %s; gemm %s; %s kernels; HDF5 %s; GSL %s)\n", provenance.version,
           provenance.commit, provenance.compiler, provenance.mode, provenance.gemm, provenance.kernels,
           provenance.hdf5, provenance.gsl);
}

static enum status call(const struct command *command, int argc, char **argv, struct error *error)
{
    struct options options;
    enum status status = options_parse(argc, argv, command->options, &options, error);
    if (status != STATUS_OK)
        return status;
    if (options.help) {
        printf("usage: tenth %s%s%s [options]\n\n%s.\n%s%s", command->name, command->arguments[0] ? " " : "",
               command->arguments, command->help, command->more, command->more[0] ? "\n" : "");
        options_print_help(command->options | OPTION_QUIET);
        options.argument_count = 0;
        return command->behind_help ? command->behind_help(&options, error) : STATUS_OK;
    }
    return command->function(&options, error);
}

static enum status dispatch(int argc, char **argv, struct error *error)
{
    const char *name = argc > 1 ? argv[1] : "help";
    if (strcmp(name, "help") == 0 || strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0) {
        print_help();
        return STATUS_OK;
    }
    if (strcmp(name, "--version") == 0) {
        print_version();
        return STATUS_OK;
    }
    if (strcmp(name, "--cpus") == 0) {
        printf("%d\n", cpus_available());
        return STATUS_OK;
    }
    for (size_t i = 0; i < COMMANDS; i++) {
        if (strcmp(commands[i].name, name) == 0)
            return call(&commands[i], argc - 1, argv + 1, error);
    }
    return error_set(error, STATUS_USAGE, "there is no command \"%s\"; `tenth help` lists them", name);
}

/* Replaces a closed standard stream by one whose reads and writes fail: otherwise the next opened file, such as a
 * run's, gets its number, and printed output goes into that file. */
static bool streams_open(void)
{
    for (int descriptor = STDIN_FILENO; descriptor <= STDERR_FILENO; descriptor++) {
        if (fcntl(descriptor, F_GETFD) == -1 &&
            open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY) != descriptor)
            return false;
    }
    return true;
}

/* Flushes the output, so that a full disk or a closed stream is noticed where it can be reported. */
static enum status finish_output(struct error *error)
{
    char reason[ERROR_REASON_SIZE];
    const bool failed_before = ferror(stdout) != 0;
    errno = 0;
    if (fflush(stdout) != 0)
        return error_set(error, STATUS_FAILED, "standard output could not be written: %s", error_reason(errno, reason));
    return failed_before ? error_set(error, STATUS_FAILED, "standard output could not be written") : STATUS_OK;
}

int main(int argc, char **argv)
{
    if (!streams_open())
        return error_exit_code(STATUS_FAILED); /* there is nowhere to report it */
    /* Beyond a limit on file sizes (ulimit -f) a write then fails, and is reported like any other. */
    (void)signal(SIGXFSZ, SIG_IGN);
    isa_flush_denormals();
    (void)gsl_set_error_handler_off();
    store_init();
    /* What is short is written at the end, where the reason of a failure is known. */
    static char output[1 << 16];
    if (!isatty(STDOUT_FILENO))
        (void)setvbuf(stdout, output, _IOFBF, sizeof output);
    struct error error = {0};
    enum status status = dispatch(argc, argv, &error);
    if (status == STATUS_OK)
        status = finish_output(&error);
    if (status != STATUS_OK && error.message[0])
        say(stderr, "tenth: %s\n", error.message);
    return error_exit_code(status);
}
