#include "data/ecgsyn.h"

#include <gsl/gsl_errno.h>
#include <gsl/gsl_math.h>
#include <gsl/gsl_odeiv2.h>
#include <math.h>

static double base_line(const struct ecgsyn *model, double time)
{
    return model->breath_height * sin(model->breath_speed * time + model->breath_phase);
}

/* remainder(angle, 2 pi) of an angle within a turn, where the difference is exact; libm's divides bit by bit. */
static double from_nearest_turn(double angle)
{
    const double turn = 2 * M_PI;
    return angle - turn * rint(angle / turn);
}

/* state = x, y, z; the model's three equations. */
static int derivative(double time, const double state[], double change[], void *parameters)
{
    const struct ecgsyn *model = parameters;
    double x = state[0], y = state[1], z = state[2];
    double pull = 1 - hypot(x, y);
    change[0] = pull * x - model->angular_speed * y;
    change[1] = pull * y + model->angular_speed * x;
    change[2] = base_line(model, time) - z;
    double theta = atan2(y, x);
    for (size_t i = 0; i < ECGSYN_WAVES; i++) {
        const struct ecgsyn_wave *wave = &model->wave[i];
        double distance = from_nearest_turn(theta - wave->angle);
        change[2] -= wave->height * distance * exp(-distance * distance / (2 * wave->width * wave->width));
    }
    return GSL_SUCCESS;
}

enum status ecgsyn_beat(const struct ecgsyn *model, size_t count, double *z, struct error *error)
{
    /* Waves are a few hundredths of a millivolt high: errors of 1e-7 are invisible. The first step is far below the
     * width of the narrowest wave, and the solver lengthens it. */
    const double first_step = 1e-3, absolute_error = 1e-7, relative_error = 1e-6;
    struct ecgsyn parameters = *model; /* the solver's interface has no const */
    gsl_odeiv2_system equations = {.function = derivative, .dimension = 3, .params = &parameters};
    gsl_odeiv2_driver *driver =
        gsl_odeiv2_driver_alloc_y_new(&equations, gsl_odeiv2_step_rkf45, first_step, absolute_error, relative_error);
    if (!driver)
        return error_set(error, STATUS_NO_MEMORY, "no memory for the solver of the ECG model");
    double time = 0, seconds = 2 * M_PI / model->angular_speed;
    double state[3] = {cos(model->start), sin(model->start), base_line(model, 0)};
    int code = GSL_SUCCESS;
    for (size_t i = 0; i < count && code == GSL_SUCCESS; i++) {
        code = gsl_odeiv2_driver_apply(driver, &time, seconds * (double)i / (double)count, state);
        z[i] = state[2];
    }
    gsl_odeiv2_driver_free(driver);
    for (size_t i = 0; i < count && code == GSL_SUCCESS; i++)
        code = isfinite(z[i]) ? GSL_SUCCESS : GSL_EFAILED;
    if (code != GSL_SUCCESS)
        return error_set(error, STATUS_FAILED, "the solver of the ECG model stopped at %g s: %s", time,
                         gsl_strerror(code));
    return STATUS_OK;
}
