/* NAME.h, and the top of NAME.c. */
#include <math.h>

#include "data/dataset.h"
#include "embed/emit_private.h"

void emit_about(struct text_buffer *text, const struct model *model, const char *name, const char *suffix)
{
    text_add(text,
             "/* %s.%s: made by `tenth export`; not for editing.\n"
             " *\n"
             " * %s on %s; %.4g of the weights were removed by %s, and %zu are left, in %s; posterior: %s",
             name, suffix, model->method, model->dataset, (double)model->fraction, model->criterion,
             model_weights(model), model_number_name(model->number), model_posterior_name(model->posterior));
    if (model->posterior == MODEL_SAMPLES)
        text_add(text, " (%zu networks)", model->parts);
    text_add(text, ".\n * Training data: %s.\n", model->data_source);
}

/* Bounds are squared with their sign: a negative deviation bounds nothing, and a variance may round below 0. */
static double bound_of(const struct model *model, enum input_statistic s, double raw, double middle)
{
    double scale = (double)model->scale;
    if (s == INPUT_DEVIATION)
        return raw / scale * fabs(raw / scale);
    return (raw - (double)model->offset) / scale - middle;
}

static size_t border_values(const struct model *model)
{
    size_t count = 0;
    for (size_t i = 0; i < model->input.height * model->input.width; i++)
        count += is_on_border(model->input, i / model->input.width, i % model->input.width);
    return count * model->input.channels;
}

void emit_range(struct text_buffer *text, const struct model *model)
{
    const struct input_range *range = &model->range;
    text_add(text, "#define MODEL_RANGE %d\n", range->known);
    if (!range->known)
        return;
    double middle =
        bound_of(model, INPUT_MEAN, ((double)range->low[INPUT_MEAN] + (double)range->high[INPUT_MEAN]) / 2, 0);
    double low[INPUT_STATISTICS], high[INPUT_STATISTICS], largest = 0;
    middle = (double)(float)middle;
    for (enum input_statistic s = INPUT_MEAN; s < INPUT_STATISTICS; s++) {
        input_range_bounds(range, s, &low[s], &high[s]);
        low[s] = bound_of(model, s, low[s], middle);
        high[s] = bound_of(model, s, high[s], middle);
    }
    largest = fmax(fabs(low[INPUT_LEAST]), fabs(high[INPUT_LARGEST]));
    low[INPUT_DEVIATION] -= 1e-5 * largest * largest; /* the possible error of sums in float */
    high[INPUT_DEVIATION] += 1e-5 * largest * largest;
    text_add(text, "#define MODEL_BORDER %zu /* values */\n#define MODEL_MIDDLE ", border_values(model));
    emit_float(text, (float)middle);
    text_add(text,
             "\n\n/* Mean, variance, mean of the border, least and largest value of a normalised input, from\n"
             " * MODEL_MIDDLE, beyond which it is unlike the training data. */\n"
             "static const float training_bounds[%d][2] = {",
             INPUT_STATISTICS);
    for (enum input_statistic s = INPUT_MEAN; s < INPUT_STATISTICS; s++) {
        text_add(text, "\n    {");
        emit_float(text, (float)low[s]);
        text_add(text, ", ");
        emit_float(text, (float)high[s]);
        text_add(text, "},");
    }
    text_add(text, "\n};\n");
}

static void emit_needs(struct text_buffer *text, const struct model *model, const struct emit_tests *tests,
                       const char *name)
{
    text_add(text,
             " * Constant tables: about %zu bytes; static arena: %zu bytes. One prediction at a time: the arena is "
             "shared.\n",
             device_table_bytes(model), device_arena_bytes(model));
    if (tests->count > 0)
        text_add(text, " * The self-test has %zu bytes of tables more; -D%s_NO_SELF_TEST omits it.\n",
                 emit_tests_bytes(model, tests), name);
    text_add(text,
             " *\n"
             " * It calls expf (-Dexpf=NAME: another function) and nothing else. Compilers call memcpy, and some\n"
             " * memset, memmove or memcmp, of their own accord; no standard library is without them.\n");
}

static void emit_inputs(struct text_buffer *text, const struct model *model, const char *name)
{
    const struct dataset_kind *kind = dataset_find(model->dataset, &(struct error){0});
    text_add(text, " *\n * Inputs: %s%s[height][width][channels] = %zu x %zu x %zu.\n", kind ? kind->input : "",
             kind ? "; " : "", model->input.height, model->input.width, model->input.channels);
    text_add(text,
             " * %s_predict takes them normalised: (raw - %.9g) / %.9g;\n"
             " * %s_predict_bytes takes raw bytes, which it normalises itself.\n",
             name, (double)model->offset, (double)model->scale, name);
    for (enum input_statistic s = INPUT_MEAN; model->range.known && s < INPUT_STATISTICS; s++)
        text_add(text, "%s %s %.4g to %.4g%s", s == 0 ? " * Raw inputs of training had:" : "\n *    ",
                 input_statistic_name(s), (double)model->range.low[s], (double)model->range.high[s],
                 s + 1 < INPUT_STATISTICS ? "," : ".\n");
    if (model->range.known)
        text_add(text, " * An input beyond these by more than half of their width (and a quarter of the largest\n"
                       " * deviation) is referred: its probabilities mean nothing.\n");
}

static void emit_result(struct text_buffer *text, const char *name)
{
    text_add(text,
             "enum %s_reason { /* why an item is referred */\n"
             "    %s_REASON_NONE,\n"
             "    %s_REASON_ENTROPY,    /* above the threshold */\n"
             "    %s_REASON_NOT_FINITE, /* an input, or what became of it, is infinite or not a number */\n",
             name, name, name, name);
    text_add(text,
             "    %s_REASON_MEAN,       /* these of the input lie far outside those of training */\n"
             "    %s_REASON_DEVIATION,\n"
             "    %s_REASON_BORDER,     /* the mean of the outermost ring, or of the first and last value */\n"
             "    %s_REASON_LEAST,\n"
             "    %s_REASON_LARGEST\n"
             "};\n\n",
             name, name, name, name, name);
    text_add(text,
             "struct %s_result {\n"
             "    int label;                     /* the class with the largest probability, from 0 */\n"
             "    int refer;                     /* 1: too uncertain, or no such input as in training: ask a human */\n"
             "    float probability[%s_CLASSES];\n"
             "    float entropy;                 /* of the probabilities, in nats */\n"
             "    float mutual_information;      /* the part of it that is about the weights; 0 for one network */\n"
             "    int reason;                    /* enum %s_reason */\n"
             "};\n\n",
             name, name, name);
}

static void emit_functions(struct text_buffer *text, const struct emit_tests *tests, const char *name)
{
    text_add(text,
             "#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n"
             "/* The entropy above which an item is referred; chosen on validation items. */\n"
             "extern const float %s_threshold;\n\n"
             "void %s_predict(const float *input, struct %s_result *result);\n"
             "void %s_predict_bytes(const unsigned char *raw, struct %s_result *result);\n\n",
             name, name, name, name, name);
    if (tests->count > 0)
        text_add(
            text,
            "#ifndef %s_NO_SELF_TEST\n"
            "/* Predicts %zu validation items. 0: probabilities, entropies and mutual information are those that the "
            "model\n"
            " * file gives, to %s_SELF_TEST_TOLERANCE; else the number, from 1, of the first that is not. */\n"
            "#define %s_SELF_TEST_TOLERANCE 1e-4F\n"
            "int %s_self_test(void);\n#endif\n\n",
            name, tests->count, name, name, name);
    text_add(text, "#ifdef __cplusplus\n}\n#endif\n\n#endif\n");
}

void emit_header(struct text_buffer *text, const struct model *model, const struct emit_tests *tests, const char *name)
{
    emit_about(text, model, name, "h");
    emit_needs(text, model, tests, name);
    emit_inputs(text, model, name);
    text_add(text, " */\n#ifndef TENTH_MODEL_%s_H\n#define TENTH_MODEL_%s_H\n\n", name, name);
    text_add(text, "#define %s_HEIGHT %zu\n#define %s_WIDTH %zu\n#define %s_CHANNELS %zu\n#define %s_CLASSES %zu\n",
             name, model->input.height, name, model->input.width, name, model->input.channels, name, model->classes);
    text_add(text, "#define %s_ARENA_BYTES %zu\n\n", name, device_arena_bytes(model));
    emit_result(text, name);
    emit_functions(text, tests, name);
}
