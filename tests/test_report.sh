#!/usr/bin/env bash
# tests/test_report.sh: `tenth report` on tiny runs, and the page in a browser if there is one.
# $TENTH is the program; the Makefile sets it.
set -uo pipefail
# shellcheck source=tests/script.sh
source "$(dirname "$0")/script.sh"
export TENTH_HOME=${TENTH_HOME:-$project}

# ---- Two methods on a stand-in and one on points of a plane. ----
cat >small.ini <<'END'
[data]
dataset = ecg5000
synthetic = yes
train_items = 96
test_items = 60
[model]
filters = 4
[train]
epochs = 2
batch = 16
[prune]
fractions = 0,.5,.8,.9,.95
thresholds = none
samples = 2
[perturb]
perturbations = noise, time_shift
strengths = 3
samples = 2
items = 24
END
cat >moons.ini <<'END'
base = small.ini
[data]
dataset = moons
train_items = 0
[model]
layers = 1
kernel = 2
[perturb]
perturbations = noise
END
for method in vi mle; do
    "$tenth" run small.ini --set posterior.method=$method --out out --quiet || exit 1
done
"$tenth" run moons.ini --out out --quiet || exit 1
mkdir -p out/tables out/figures
for table in $("$tenth" table --list | awk '/^[^ ]/ { print $1 }'); do
    "$tenth" table out/*.h5 "$table" >"out/tables/$table.csv" || exit 1
done
if ! "$project/deps.sh" check draw 2>/dev/null; then
    skip "the report" "its figures need gnuplot-nox; \`make deps\` installs it"
    finish
    exit
fi
"$project/plots/draw.sh" out/tables out/figures pruning stills plane gaussian weight_pair detection_ecg5000 detection_pruned_ecg5000 \
    description_ecg5000 >draw.log 2>&1 || cat draw.log

page_has() {
    grep -qF -- "$1" out/report.html
}
page_lacks() {
    ! page_has "$1"
}

check "a report" exits_with 0 "$tenth" report out
check "it is where the last line says" test "$("$tenth" report out)" = out/report.html
check "a stand-in is named" page_has "SYNTHETIC data in place of ECG5000"
check "what has no files is no stand-in" page_lacks "in place of Two moons"
check "runs of no profile are no try-out" page_lacks "Smoke profile"
cp -r out smoke
sed -i 's/,config run\.profile,,/,config run.profile,smoke,/' smoke/tables/provenance.csv
"$tenth" report smoke --quiet
check "runs of the smoke profile say first that they decide nothing" \
    bash -c "sed -n '/id=\"summary\"/,/class=\"tiles\"/p' smoke/report.html | grep -q 'Smoke profile</strong>: 3 of these runs'"
# An ablation's rows come before those of the run that it varies, like their files.
cp -r out ablation
awk -F, -v OFS=, 'NR == 1 { print; next } $3 == "vi" { row = $0; $2 = $2 "_prior_sigma=1"; $7 = ".111"; print; $0 = row } { print }' \
    out/tables/prune_band.csv >ablation/tables/prune_band.csv
check "an ablation's run does not stand for its method" \
    bash -c "'$tenth' report ablation >/dev/null && ! grep -qE '(>|: )0?\.1110*[<;]' ablation/report.html"
for id in ecg5000 moons ideas tables provenance; do
    check "there is a section $id" page_has "<section id=\"$id\""
done
for figure in pruning stills plane gaussian weight_pair; do
    check "the figure $figure is in it" page_has "figure-$figure"
done
check "every drawn figure is in it" test "$(grep -c '<svg role="img"' out/report.html)" -eq "$(find out/figures -name '*.svg' | wc -l)"

# ---- What the page says about itself. ----
check "its title is a name, not a path" bash -c "grep -o '<title>[^<]*' out/report.html | grep -qE '^<title>tenth: out, [0-9]{4}-[0-9]{2}-[0-9]{2}\$'"
every_text() {
    cat "$1"
    grep -o 'base64,[A-Za-z0-9+/=]*' "$1" | sed 's/base64,//' | while IFS= read -r text; do base64 -d <<<"$text"; done
}
every_text out/report.html >every-text
check "nothing in it names this machine's directories" bash -c "! grep -aqF -e '$PWD' -e '$project' every-text"
check "it has the sections in the order of reading" test "$(grep -o '<section id="[a-z0-9]*' out/report.html | cut -d'"' -f2 | paste -sd ' ')" = \
    "summary pruned claims ecg5000 moons ideas speed runs tables provenance"
check "one seed is said to be one" page_has "<strong>One seed</strong>"
cp -r out validation
sed -i 's/,config data\.evaluate,test,/,config data.evaluate,validation,/' validation/tables/provenance.csv
"$tenth" report validation --quiet
check "so is a validation run" grep -q "Validation runs</strong>: 3 of these" validation/report.html
check "a figure says over what it is" page_has "1 seed, 60 test items; bands are 95&thinsp;% intervals over items alone."
check "an idea has its history" page_has "Le Cun, Denker and Solla"
check "which stands there once" test "$(grep -c 'Le Cun, Denker and Solla' out/report.html)" -eq 1
check "figures link their files" page_has 'href="figures/pruning_ecg5000.png"'
check "and their tables" page_has 'href="tables/prune_band.csv" data-csv="prune_band"'
cp -r out more
touch more/figures/animation_noise_ecg5000.gif
{ cat out/tables/weight_pair.csv; yes "$(tail -n 1 out/tables/weight_pair.csv)" | head -n 30000; } >more/tables/weight_pair.csv
# A figure unknown to the report: its row of the registry is enough.
mkdir -p home/plots home/results
cp -r "$project/results/reference" home/results
{ cat "$project/plots/figures.tsv"; printf 'novel\tnovel.gp\tall\t-\tprune_band/fraction\tsomething new\n'; } >home/plots/figures.tsv
cp out/figures/gaussian.svg more/figures/novel_moons.svg
TENTH_HOME=$PWD/home "$tenth" report more --quiet
check "a film is linked" grep -qF '<a href="figures/animation_noise_ecg5000.gif">' more/report.html
check "so is a table that is too large" grep -qF '<a href="tables/weight_pair.csv">weight_pair.csv</a>' more/report.html
check "a new figure is shown" grep -qF 'id="figure-novel_moons" class="figure figure-novel"' more/report.html
check "with its title" grep -qF '<p>Something new. <span' more/report.html
check "and is in the contents" grep -qF 'href="#figure-novel_moons">something new</a>' more/report.html
# What captions name exists.
"$tenth" config >keys.ini
while read -r file; do
    check "captions name $file, which is there" test -e "$project/$file"
done < <(grep -oE '(lib|plots|data)/[a-z0-9_./]*[a-z0-9]' "$project/lib/report/caption.def" | sort -u)
while read -r key; do
    check "captions name $key, which is a key" grep -qE "^#? *${key#*.} *=" keys.ini
done < <(grep -oE '`(run|data|model|posterior|train|prune|perturb|ood)\.[a-z_]+' "$project/lib/report/caption.def" | tr -d '`' | sort -u)

# What the registry says of the two methods, in the page's script and in the figure.
for color in 0072B2 D55E00; do
    printf -v drawn 'rgb(%3d, %3d, %3d)' "$((16#${color:0:2}))" "$((16#${color:2:2}))" "$((16#${color:4:2}))"
    check "#$color is the colour in a figure and in the page's charts" \
        bash -c "grep -q '$drawn' out/figures/pruning_ecg5000.svg && grep -q 'id=\"look\">.*\"#$color\"' out/report.html"
done

# The words are those of the table: the accuracy of vi by SNR, unpruned.
unpruned=$(awk -F, '$1 == "ecg5000" && $3 == "vi" && $4 == "snr" && $6 == 0 { printf "%.3f", $7 }' out/tables/prune_band.csv)
check "a figure is told in words from its table" page_has "accuracy of vi, snr: $unpruned at fraction 0"
# For detection over fractions: by entropy, and only for items of no class.
unknown=$(awk -F, '$1 == "ecg5000" && $3 == "vi" && $4 == "shuffled" && $5 == 0 && $6 == "entropy" && $7 == "" { printf $8 == int($8) ? "%d" : "%.3f", $8 }' \
    out/tables/detection_band.csv)
check "one of several measures by the first of them" page_has "auroc of vi, shuffled: $unknown at removed 0"
check "one of pooled seeds too" page_has "bits of vi, seed 1, epoch: "
check "intervals over seeds alone are not said to be over items" page_has "bands are 95&thinsp;% intervals over seeds, of which one has none."
check "a table is in it whole" bash -c "grep -o 'download=\"summary.csv\" href=\"data:text/csv;base64,[^\"]*' out/report.html |
    sed 's/.*base64,//' | base64 -d | cmp - out/tables/summary.csv"
check "it says what made the runs" page_has "ecg5000_vi_seed1.h5"
check "nothing is fetched from elsewhere" bash -c "! grep -oE '(src|href)=[\"'\''](https?:|//)[^\"'\'']*' out/report.html"
check "a second call gives the same bytes" bash -c "cp out/report.html before && '$tenth' report out --quiet && cmp before out/report.html"
check "no temporary file is left" bash -c "! ls -A out | grep -E 'partial|^\.'"

# ---- Unknown additions by others are shown. ----
rm -f out/tables/claims.csv
"$tenth" report out --quiet
check "without claims there is no table of them" page_lacks 'id="claims"'
cat >out/tables/claims.csv <<'END'
id,claim,talk,measured,low,high,holds,dataset,how,rule,seeds,detail
never,never,,,,,not decidable,ecg5000,,,1,1 seed; the rule needs 2
words,10 % of the <weights>,.95,.98,.97,.99,holds,ecg5000,"accuracy of vi, pruned by snr",>= 0.95,1,
lost,nothing is lost,1,-0.0006,-0.002,0.25,does not hold,moons,,,1,
END
printf 'dataset,shade,depth\necg5000,"a, b",3\n' >out/tables/colours.csv
"$tenth" report out --quiet
check "claims are shown with their interval" page_has "0.980 <span class=\"faint\">(0.970 to 0.990)</span>"
check "their words are escaped" page_has "10 % of the &#60;weights&#62;"
check "numbers of a claim have the same digits" page_has '-0.001 <span class="faint">(-0.002 to 0.250)'
check "and so has the talk's" page_has ">1.000</td>"
check "methods and criteria have their titles" page_has "accuracy of VI, pruned by |μ| / σ"
check "verdicts are counted in their order" bash -c "sed -n '/class=\"verdicts\"/{s/<[^>]*>//g;p;q}' out/report.html |
    grep -qF 'holds: 1, does not hold: 1, not decidable: 1'"
check "what more seeds decide is said" page_has "more seeds: <code>--seeds 5</code>"
check "a claim has an address" page_has 'id="claim-words"'
cat >out/tables/claims.csv <<'END'
id,claim,talk,measured,low,high,holds,dataset,rule,how,seeds,detail,where,adjusted,equivalence,parts,profile
a,first,,.001,-.002,.003,holds,ecg5000,within +- 0.1,rest,5,,title,not decidable,within one point,noise time_warp,standard
b,second,,.5,.4,.6,does not hold,ecg5000,>= 0.9,rest,5,,ECG,does not hold,more than one point,,standard
c,third,,.5,.4,.6,not decidable,ecg5000,>= 0.9,rest,5,,title,not decidable,not decidable,,standard
END
"$tenth" report out --quiet
check "claims stand under their slides" bash -c "sed -n '/id=\"claims\"/,/<\/section>/p' out/report.html |
    grep -oE '>(title|ECG)</th>|scope=\"row\">[a-z]+' | sed 's/.*>\([a-zA-Z]\)/\1/;s/<.*//' | tr '\n' ' ' | grep -qxF 'title first third ECG second '"
check "the verdict when all are asked at once is beside the plain one" page_has '>holds</td><td data-label="adjusted">not decidable</td>'
check "and counted" page_has 'holds: <strong>1</strong></span> (adjusted: 0)'
check "a difference within one point is called so" page_has "the difference: within one point"
check "one of which nothing is known is not" page_lacks "the difference: not decidable"
check "parts are a list of titles" page_has "of: additive Gaussian noise, warp in time"
check "a bound on both sides" page_has "holds where: within ± 0.1"
check "so is the profile" page_has "profile standard; </span>"
check "a table that nobody knows can be downloaded" page_has 'download="colours.csv"'

# ---- What is missing or torn. ----
check "a directory is needed" exits_with 2 "$tenth" report
check "a directory without tables is a usage error" says "run_all.sh" "$tenth" report .
check "with exit code 2" exits_with 2 "$tenth" report .
# Truncated, the paths below it would be different ones, and figures would be silently missing.
far=$(printf './%.0s' {1..1900})bare
check "a path that leaves no room for what lies below it" says "the path is too long" "$tenth" report "$far"
mkdir -p torn/tables
printf 'a,b\n1\n' >torn/tables/prune_band.csv
check "a torn table is a data error" exits_with 3 "$tenth" report torn
check "which names its line" says "prune_band.csv:2" "$tenth" report torn
check "and leaves no page" test ! -e torn/report.html
mkdir -p bare/tables
cp out/tables/summary.csv bare/tables
check "one table is enough for a page" exits_with 0 "$tenth" report bare

# ---- A report on others' files: none of their content becomes markup, a script or a path. ----
cp -r out hostile
# shellcheck disable=SC2089 # quotes and all
mark='</dt></title></textarea></script><script>document.title="PWNED"</script><img src=x onerror=document.title="PWNED">'
# shellcheck disable=SC2090
export mark
awk -v FS=, -v OFS=, 'BEGIN { mark = ENVIRON["mark"]; gsub(/"/, "\"\"", mark); mark = "\"" mark "\"" }
    NR == 1 { print; next } $1 == "ecg5000" { print; $2 = $3 = $4 = mark; print; next } { print }' \
    out/tables/prune_band.csv >hostile/tables/prune_band.csv
for name in constructor __proto__ toString; do
    awk -v FS=, -v OFS=, -v name="$name" 'NR > 1 && $1 == "ecg5000" { $2 = $3 = $4 = name; print }' out/tables/prune_band.csv
done >>hostile/tables/prune_band.csv
sed "s|,noise,|,../../../outside,|" out/tables/stills.csv | sed 1d >>hostile/tables/stills.csv
printf 'id,claim,talk,holds,dataset\n1,"%s","%s","%s","%s"\n' "${mark//\"/\"\"}" "${mark//\"/\"\"}" "${mark//\"/\"\"}" "${mark//\"/\"\"}" \
    >hostile/tables/claims.csv
printf '<svg xmlns="http://www.w3.org/2000/svg"><text>SECRET</text></svg>' >outside_ecg5000.svg
sed -i 's|<g id="gnuplot_canvas">|<script>document.title="PWNED"</script><g id="gnuplot_canvas" onload="document.title=1">\
<foreignObject><iframe xmlns="http://www.w3.org/1999/xhtml" src="http://127.0.0.1:9/f"/></foreignObject><image href="http://127.0.0.1:9/i.png"/>\
<style>@import "http://127.0.0.1:9/s.css";</style><a href="javascript:alert(1)"><set attributeName="href" to="javascript:alert(1)"/></a>|' \
    hostile/figures/gaussian.svg
check "a report on it" exits_with 0 "$tenth" report hostile
check "has two scripts that are its own" bash -c "grep -c '<script' hostile/report.html | grep -qx \"\$(grep -c '<script' out/report.html)\""
for word in 'onerror=document' '<img' '<iframe' 'foreignObject' 'onload' '@import' 'javascript:' '127.0.0.1' SECRET; do
    found=$(grep -F -- "$word" hostile/report.html | grep -cvF '&#60;img src=x onerror=document.title=')
    check "no $word" test "$found" -eq 0
done
check "it says that a figure is not as it was drawn" grep -q "parts of <code>figures/gaussian.svg</code> draw nothing" hostile/report.html
check "its policy has no unsafe-inline" bash -c "! grep -q unsafe- out/report.html && grep -q \"base-uri 'none'; form-action 'none'\" out/report.html"
refused_report() {
    rm -f hostile/report.html
    refuses 3 "$@" "$tenth" report hostile && test ! -e hostile/report.html
}
printf '<!DOCTYPE svg [<!ENTITY a "b">]><svg>&a;</svg>' >hostile/figures/gaussian.svg
check "a figure with entities is refused" refused_report "figures/gaussian.svg:1: it has a document type"
ln -sf "$PWD/outside_ecg5000.svg" hostile/figures/gaussian.svg
check "so is a link out of the directory" refused_report "figures/gaussian.svg: is a link to"
rm hostile/figures/gaussian.svg
mkfifo hostile/tables/pipe.csv
check "or a table that is no file" refused_report "pipe.csv: is not a file"
rm hostile/tables/pipe.csv
cp out/tables/summary.csv "hostile/tables/<script>.csv"
check "or has no name of a table" refused_report "names of tables and columns have a-z, 0-9 and _ only"
rm "hostile/tables/<script>.csv"
printf 'dataset,<script>\nmoons,1\n' >hostile/tables/odd.csv
check "or no name of a column" refused_report 'odd.csv:1: a column is called "<script>"'
rm hostile/tables/odd.csv
cp out/figures/gaussian.svg hostile/figures
sed -i 's|<g id="gnuplot_canvas">|<script>document.title="PWNED"</script><g id="gnuplot_canvas" onload="document.title=1">|' hostile/figures/gaussian.svg
"$tenth" report hostile --quiet

# ---- In a browser. ----
if "$project/deps.sh" check browser 2>/dev/null; then
    timeout 150 python3 "$tests/browser_report.py" out/report.html || failures=$((failures + 1))
    timeout 150 python3 "$tests/browser_report.py" --quick hostile/report.html || failures=$((failures + 1))
    # The test itself must notice errors.
    sed 's|</main>|<img src="http://127.0.0.1:9/x.png" alt=""><canvas width="3000" height="9"></canvas></main>|' out/report.html >broken.html
    check "a request and a page that is too wide are noticed" bash -c "
        timeout 150 python3 '$tests/browser_report.py' broken.html >broken.log; grep -q 'not ok - the page does not scroll' broken.log &&
        grep -qE 'not ok - (the page asks for nothing|the console is silent)' broken.log"
else
    skip "the page in a browser" "it needs chromium, chromium-driver and python3; \`make deps\` installs them"
fi
finish
