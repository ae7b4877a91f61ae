#include "results/didactic.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <math.h>
#include <string.h>

#include "bayes/elbo.h"
#include "io/row.h"
#include "results/glossary.h"

enum { CURVE_POINTS = 401 };
enum { LOSSES_PRIOR_SIGMA = 1 }; /* the talk's */

/* The i-th of CURVE_POINTS equal steps from low to high. */
static double step_between(double low, double high, size_t i)
{
    return low + (high - low) * (double)i / (double)(CURVE_POINTS - 1);
}

/* The talk measured an accuracy of .97 in batches of 35 items: 34 of them right. Its probability p is unknown. Before
 * the batch, Beta(8, 2): "about .8, as a simple network has it", worth ten items. The likelihood p^34 (1 - p) is
 * Beta(35, 2) when scaled to an area of 1, and the posterior is Beta(8 + 34, 2 + 1). */
enum { BATCH_ITEMS = 35, BATCH_RIGHT = 34, PRIOR_RIGHT = 8, PRIOR_WRONG = 2 };

static enum status bayes_rule(struct table *table, struct error *error)
{
    const double wrong = BATCH_ITEMS - BATCH_RIGHT, a = PRIOR_RIGHT + BATCH_RIGHT, b = PRIOR_WRONG + wrong;
    enum status status = STATUS_OK;
    for (size_t i = 0; i < CURVE_POINTS && status == STATUS_OK; i++) {
        struct row row = row_empty(table_kind_of(table));
        double p = step_between(0.4, 1, i);
        row_number(&row, "accuracy", p);
        row_number(&row, "prior", gsl_ran_beta_pdf(p, PRIOR_RIGHT, PRIOR_WRONG));
        row_number(&row, "likelihood", gsl_ran_beta_pdf(p, BATCH_RIGHT + 1, wrong + 1));
        row_number(&row, "posterior", gsl_ran_beta_pdf(p, a, b));
        row_number(&row, "right", BATCH_RIGHT);
        row_number(&row, "items", BATCH_ITEMS);
        row_number(&row, "point_estimate", (double)BATCH_RIGHT / BATCH_ITEMS);
        row_number(&row, "low", gsl_cdf_beta_Pinv(0.025, a, b));
        row_number(&row, "high", gsl_cdf_beta_Pinv(0.975, a, b));
        row_number(&row, "prior_right", PRIOR_RIGHT);
        row_number(&row, "prior_wrong", PRIOR_WRONG);
        status = table_add(table, row.cells, error);
    }
    return status;
}

static enum status gaussian(struct table *table, struct error *error)
{
    static const double shapes[][2] = {{0, 0.1}, {0, 0.3}, {0.5, 0.1}}; /* mu, sigma */
    enum status status = STATUS_OK;
    for (size_t k = 0; k < sizeof shapes / sizeof shapes[0]; k++) {
        for (size_t i = 0; i < CURVE_POINTS && status == STATUS_OK; i++) {
            struct row row = row_empty(table_kind_of(table));
            double weight = step_between(-1, 1, i);
            row_number(&row, "mu", shapes[k][0]);
            row_number(&row, "sigma", shapes[k][1]);
            row_number(&row, "weight", weight);
            row_number(&row, "density", gsl_ran_gaussian_pdf(weight - shapes[k][0], shapes[k][1]));
            status = table_add(table, row.cells, error);
        }
    }
    return status;
}

/* The new loss' terms of one weight's sigma: -log sigma + lambda/2 sigma^2 with lambda = 1 / prior_sigma^2. The talk's
 * prior has a sigma of 1. */
static enum status sigma_loss(struct table *table, struct error *error)
{
    const double prior_sigma = 1;
    enum status status = STATUS_OK;
    for (size_t i = 0; i < CURVE_POINTS && status == STATUS_OK; i++) {
        struct row row = row_empty(table_kind_of(table));
        double sigma = exp(step_between(log(0.02), log(2.5), i));
        double square_part = sigma * sigma / (2 * prior_sigma * prior_sigma);
        row_number(&row, "prior_sigma", prior_sigma);
        row_number(&row, "sigma", sigma);
        row_number(&row, "log_part", -log(sigma));
        row_number(&row, "square_part", square_part);
        row_number(&row, "loss", square_part - log(sigma));
        status = table_add(table, row.cells, error);
    }
    return status;
}

static enum status losses_add(struct table *table, const char *kind_of_loss, double sigma, double weight, double nats,
                              struct error *error)
{
    struct row row = row_empty(table_kind_of(table));
    row_text(&row, "loss", kind_of_loss);
    row_number(&row, "sigma", sigma);
    row_number(&row, "weight", weight);
    row_number(&row, "nats", nats);
    row_number(&row, "prior_sigma", LOSSES_PRIOR_SIGMA);
    return table_add(table, row.cells, error);
}

/* What one weight adds to the cross-entropy, before and now, with lambda = 1 / prior_sigma^2: weight decay, lambda/2
 * w^2; -log N(w; 0, prior_sigma^2), minus its value at 0; and for VI, against mu and for each sigma, the divergence
 * (elbo.h). */
static enum status losses(struct table *table, struct error *error)
{
    static const double sigmas[] = {0.05, 0.3, 1};
    const double s = LOSSES_PRIOR_SIGMA, lambda = 1 / (s * s), highest = log(gsl_ran_gaussian_pdf(0, s));
    enum status status = STATUS_OK;
    for (size_t i = 0; i < CURVE_POINTS && status == STATUS_OK; i++) {
        double w = step_between(-3, 3, i);
        status = losses_add(table, "weight_decay", NAN, w, lambda / 2 * w * w, error);
        if (status == STATUS_OK)
            status = losses_add(table, "log_prior", NAN, w, highest - log(gsl_ran_gaussian_pdf(w, s)), error);
        for (size_t k = 0; k < sizeof sigmas / sizeof sigmas[0] && status == STATUS_OK; k++) {
            status = losses_add(table, "kl", sigmas[k], w, elbo_kl(w, sigmas[k], s), error);
        }
    }
    return status;
}

/* To add one: write its function, add a row, and declare its columns in run/table.def as TABLE_COMPUTED. */
static const struct formula {
    const char *table;
    enum status (*make)(struct table *table, struct error *error);
} formulas[] = {{"registry", glossary_make},
                {"bayes_rule", bayes_rule},
                {"gaussian", gaussian},
                {"sigma_loss", sigma_loss},
                {"losses", losses}};

enum status didactic_make(struct table *table, struct error *error)
{
    const char *name = table_kind_of(table)->name;
    for (size_t i = 0; i < sizeof formulas / sizeof formulas[0]; i++) {
        if (strcmp(formulas[i].table, name) == 0)
            return formulas[i].make(table, error);
    }
    return error_set(error, STATUS_FAILED, "table %s has no formula in results/didactic.c", name);
}
