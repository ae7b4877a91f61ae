/* lib/data/dataset_ecg5000.c: ECG5000 of the UCR archive (Chen and Keogh, from PhysioNet's BIDMC database, record
 * chf07). */
#include "data/reader.h"
#include "data/ucr.h"

const char dataset_input_ecg5000[] = "series that are z-normalised one by one: mean 0, deviation 1";

/* PVC: premature ventricular contraction; R-on-T: one that falls on the T wave of the beat before. */
const char *const dataset_classes_ecg5000[] = {"normal", "R-on-T PVC", "PVC", "supraventricular", "unclassified"};

static enum status load_file(struct dataset *dataset, size_t part, struct items *items, struct error *error)
{
    struct source *source;
    enum status status = part_open(dataset, part, &source, error);
    if (status != STATUS_OK)
        return status;
    status = ucr_read(source, dataset->kind, ITEMS_LIMIT, items, error);
    return part_finish(dataset, part, source, status, error);
}

enum status dataset_load_ecg5000(struct dataset *dataset, struct error *error)
{
    enum status status = load_file(dataset, 0, &dataset->train, error);
    return status == STATUS_OK ? load_file(dataset, 1, &dataset->test, error) : status;
}
