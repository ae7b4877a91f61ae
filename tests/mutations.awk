# tests/mutations.awk: reads tests/mutations.txt, prints what is wrong with it, and fails where something is.
#
# An entry is lines of a word and its text; empty lines and those that begin with # part entries.
#
#   name WORD           what the mutation is called
#   what TEXT           the mistake that somebody could have made
#   file PATH           where
#   old TEXT            what stands there, once in the file
#   new TEXT            what stands there instead
#   tests TEST...       what should see it, the closest first: test_NAME:FUNCTION, test_NAME, or test_NAME.sh
#   equal TEXT          instead of tests: why nothing can see it
#
# -v mode=check: does each fit its file, and are the tests there? -v mode=names: the names, a line each. -v mode=apply -v
# only=NAME: prints the file with the mistake in it. -v mode=show -v only=NAME: its file, its tests, and why it is equal, a
# line each. Run in the project's directory. In old and new, \n is the end of a line and \\ a backslash.

function bad(text) {
    print "tests/mutations.txt:" started ": " entry["name"] ": " text > "/dev/stderr"
    failed = 1
}

function unescaped(text,    done, at, next_one) {
    for (done = ""; (at = index(text, "\\")) > 0; text = substr(text, at + 2)) {
        next_one = substr(text, at + 1, 1)
        done = done substr(text, 1, at - 1) (next_one == "n" ? "\n" : next_one == "\\" ? "\\" : "\\" next_one)
    }
    return done text
}

function read_whole(path,    separator, text) {
    if (path in whole)
        return
    separator = RS
    RS = "\001"
    text = ""
    if ((getline text < path) <= 0)
        bad("there is no file " path)
    close(path)
    RS = separator
    whole[path] = text
}

# How often `part` stands in `text`.
function occurrences(text, part,    count, at) {
    for (count = 0; (at = index(text, part)) > 0; count++)
        text = substr(text, at + length(part))
    return count
}

function check_test(test,    parts, path) {
    split(test, parts, ":")
    path = "tests/" parts[1] (parts[1] ~ /\.sh$/ ? "" : ".c")
    if (!(path in known))
        known[path] = system("test -f '" path "'") == 0
    if (!known[path]) {
        bad("there is no " path)
        return
    }
    if (parts[2] != "") {
        read_whole(path)
        if (whole[path] !~ "[^a-z0-9_]" parts[2] "[^a-z0-9_]")
            bad(path " has no test " parts[2])
    }
}

function check(    count, tests, i, fields, f) {
    split("name what file old", fields, " ")
    for (f = 1; f <= 4; f++)
        if (entry[fields[f]] == "")
            bad("has no " fields[f])
    if (!("new" in entry))
        bad("has no new")
    if (("tests" in entry) == ("equal" in entry))
        bad("has to have tests, or the reason why it is equal")
    if (entry["name"] in seen)
        bad("stands there twice")
    seen[entry["name"]] = 1
    if (entry["old"] == entry["new"])
        bad("changes nothing")
    read_whole(entry["file"])
    count = occurrences(whole[entry["file"]], entry["old"])
    if (count != 1)
        bad("its old text stands " count " times in " entry["file"] ": " entry["old"])
    count = split(entry["tests"], tests, " ")
    for (i = 1; i <= count; i++)
        check_test(tests[i])
}

function apply(    text, at) {
    read_whole(entry["file"])
    text = whole[entry["file"]]
    at = index(text, entry["old"])
    printf "%s%s%s", substr(text, 1, at - 1), entry["new"], substr(text, at + length(entry["old"]))
}

function done() {
    if (!started)
        return
    if (mode == "check")
        check()
    if (mode == "names")
        print entry["name"]
    if (mode == "apply" && entry["name"] == only)
        apply()
    if (mode == "show" && entry["name"] == only)
        printf "%s\n%s\n%s\n%s\n", entry["file"], entry["tests"], entry["equal"], entry["what"]
    delete entry
    started = 0
}

/^#/ || /^[ \t]*$/ {
    done()
    next
}

{
    if (!started)
        started = FNR
    word = $1
    text = length($0) > length(word) ? substr($0, length(word) + 2) : ""
    if (word !~ /^(name|what|file|old|new|tests|equal)$/)
        bad("line " FNR " begins with " word)
    if (word in entry)
        bad("line " FNR " has a second " word)
    entry[word] = word ~ /^(old|new)$/ ? unescaped(text) : text
}

END {
    done()
    exit failed
}
