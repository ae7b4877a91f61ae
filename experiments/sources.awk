# experiments/sources.awk: under a table of README.md, what the data of each set were. Loaded with the program of the table,
# which calls note_source for each row and print_sources at the end.

function note_source(dataset, source) {
    if (!(dataset in source_of_data))
        data_sets[++data_count] = dataset
    source_of_data[dataset] = source
}

function print_sources(    i) {
    printf "\nData:"
    for (i = 1; i <= data_count; i++)
        printf("%s %s: %s", (i > 1 ? ";" : ""), data_sets[i], source_of_data[data_sets[i]])
    print ""
}
