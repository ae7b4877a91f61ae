/* lib/data/dataset_ecg5000.c: ECG5000 of the UCR archive (Chen and Keogh, from PhysioNet's BIDMC database, record
 * chf07). */
#include "data/reader.h"
#include "data/ucr.h"

const struct dataset_part dataset_parts_ecg5000[] = {
    {"ecg5000/ECG5000_TRAIN.txt", "0d96aff193311a6dc6111bf0dbd2f7d2313987fbf7a1da4a383d92563876057b", NULL},
    {"ecg5000/ECG5000_TEST.txt", "baf4ad57d28daa5e79050edd4185968181762bc83d45a757753015b4ba8ab295", NULL},
    {0},
};

/* PVC: premature ventricular contraction; R-on-T: one that falls on the T wave of the beat before. */
const char *const dataset_classes_ecg5000[] = {"normal", "R-on-T PVC", "PVC", "supraventricular", "unclassified"};

static enum status load_file(const struct dataset_kind *kind, const char *directory, size_t part,
                             struct dataset *dataset, struct items *items, struct error *error)
{
    struct source *source;
    enum status status = part_open(kind, directory, part, &source, error);
    if (status != STATUS_OK)
        return status;
    status = ucr_read(source, kind, ITEMS_LIMIT, items, error);
    return part_finish(dataset, directory, part, source, status, error);
}

enum status dataset_load_ecg5000(const struct dataset_kind *kind, const char *directory, struct dataset *dataset,
                                 struct error *error)
{
    enum status status = load_file(kind, directory, 0, dataset, &dataset->train, error);
    return status == STATUS_OK ? load_file(kind, directory, 1, dataset, &dataset->test, error) : status;
}
