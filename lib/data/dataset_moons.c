/* lib/data/dataset_moons.c: two interlocking half circles of points in a plane: a problem whose whole input space can
 * be seen, and so also what a network says far from its training data. It has no files. */
#include <math.h>
#include <stdio.h>

#include "compute/random.h"
#include "data/reader.h"

const char dataset_input_moons[] = "the coordinates x and y of a point";

const char *const dataset_classes_moons[] = {"upper", "lower"};

enum { TRAIN_POINTS = 250, TEST_POINTS = 2000, STEP_TRAIN = 3, STEP_TEST = 4 };
static const double spread = 0.12; /* standard deviation around the half circle of radius 1 */

static enum status make_points(const struct dataset_kind *kind, size_t count, uint64_t step, struct items *items,
                               struct error *error)
{
    enum status status = items_alloc(items, kind, count, false, error);
    for (size_t i = 0; i < count && status == STATUS_OK; i++) {
        struct random_sequence random = random_sequence(random_key(SYNTHETIC_SEED, PURPOSE_SYNTHETIC, step, i));
        double angle = acos(-1) * random_next_uniform(&random), upper = i % 2 == 0 ? 1 : -1;
        items->values[2 * i] = (float)(upper * (cos(angle) - 0.5) + spread * random_next_normal(&random));
        items->values[2 * i + 1] = (float)(upper * (sin(angle) - 0.25) + spread * random_next_normal(&random));
        items->labels[i] = (uint8_t)(i % 2);
    }
    return status;
}

enum status dataset_load_moons(struct dataset *dataset, struct error *error)
{
    (void)snprintf(dataset->source, sizeof dataset->source, "built-in points");
    enum status status = make_points(dataset->kind, TRAIN_POINTS, STEP_TRAIN, &dataset->train, error);
    return status == STATUS_OK ? make_points(dataset->kind, TEST_POINTS, STEP_TEST, &dataset->test, error) : status;
}
