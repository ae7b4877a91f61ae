/* lib/data/dataset_ecg5000.c: ECG5000 of the UCR archive (Chen and Keogh, from PhysioNet's BIDMC database, record
 * chf07). */
#include "data/reader.h"

const char dataset_input_ecg5000[] = "series that are z-normalised one by one: mean 0, deviation 1";

/* PVC: premature ventricular contraction; R-on-T: one that falls on the T wave of the beat before. */
const char *const dataset_classes_ecg5000[] = {"normal", "R-on-T PVC", "PVC", "supraventricular", "unclassified"};
