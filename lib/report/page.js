/* lib/report/page.js: the page's controls. Everything that it shows stands in the page: tables in the download links,
   pictures in the scripts of class "reels". Without it the figures and tables are all there. */
(function () {
    "use strict";

    /* How methods and criteria look, and the metrics, by the registry. Its dashes are gnuplot's dash types, drawn here as gnuplot draws them; the talk's is another. */
    var LOOK = JSON.parse(document.getElementById("look").textContent);
    var DASHES = ["", "", "5 8", "2 4", "8 4 2 4", "9 4 1 4 1 4"], TALK_DASHES = "10 10", UNKNOWN_DASHES = DASHES[5];
    var SVG = "http://www.w3.org/2000/svg";

    function element(name, attributes, children) {
        var made = document.createElement(name);
        Object.keys(attributes || {}).forEach(function (key) { made.setAttribute(key, attributes[key]); });
        (children || []).forEach(function (child) { made.append(child); });
        return made;
    }

    function shape(name, attributes, text) {
        var made = document.createElementNS(SVG, name);
        Object.keys(attributes).forEach(function (key) { made.setAttribute(key, attributes[key]); });
        if (text !== undefined) { made.textContent = text; }
        return made;
    }

    function parseLine(line) {
        var cells = [], cell = "", quoted = false;
        for (var i = 0; i < line.length; i++) {
            var c = line[i];
            if (quoted && c === '"' && line[i + 1] === '"') { cell += c; i++; }
            else if (c === '"') { quoted = !quoted; }
            else if (c === "," && !quoted) { cells.push(cell); cell = ""; }
            else { cell += c; }
        }
        cells.push(cell);
        return cells;
    }

    function decode(base64) {
        return Uint8Array.from(atob(base64), function (c) { return c.charCodeAt(0); });
    }

    /* A table's rows as objects; none where the table is not in the page. */
    function readTable(name) {
        var link = document.querySelector('a[data-table="' + name + '"]');
        if (!link) { return []; }
        var lines = new TextDecoder().decode(decode(link.getAttribute("href").split(",")[1])).split("\n");
        var header = parseLine(lines[0]);
        return lines.slice(1).filter(Boolean).map(function (line) {
            var row = {};
            parseLine(line).forEach(function (cell, i) { row[header[i]] = cell; });
            return row;
        });
    }

    function number(text) { return text === "" || text === undefined ? NaN : Number(text); }

    function show(value) {
        if (!isFinite(value)) { return "–"; }
        return Math.abs(value) >= 10 ? value.toFixed(1) : value.toFixed(3);
    }

    /* A table's word may be the name of what every object has. */
    function entry(map, name) { return Object.prototype.hasOwnProperty.call(map, name) ? map[name] : undefined; }

    var titles = {};
    document.querySelectorAll("#titles dt").forEach(function (term) {
        titles[term.textContent] = term.nextElementSibling.textContent;
    });
    function titleOf(name) { return entry(titles, name) || name; }
    function shortTitle(name) { return titleOf(name).split(":")[0]; }

    function isDark() {
        var theme = document.documentElement.dataset.theme;
        return theme ? theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    }
    function onPaper(color) { return isDark() && entry(LOOK.dark, color) || color; }
    /* As in plots/series.gp: a method's further configs have its shades by turns, then other dashes. */
    function colorOf(run) {
        var shades = entry(LOOK.methods, run.method) || ["#777777", "#999999", "#888888"];
        return onPaper(shades[run.rank % shades.length]);
    }
    function dashesOf(run) {
        var more = [1, 2, 4, 3, 5], turn = Math.floor(run.rank / 3);
        return DASHES[more[(turn + Math.floor(turn / more.length)) % more.length]];
    }
    function criterionDashes(name) {
        var dashes = DASHES[entry(LOOK.criteria, name)];
        return dashes === undefined ? UNKNOWN_DASHES : dashes;
    }

    function distinct(rows, key) {
        var seen = [];
        rows.forEach(function (row) { if (seen.indexOf(row[key]) < 0) { seen.push(row[key]); } });
        return seen;
    }

    /* Whether a comes before b, number by number and text by text, so that 3 comes before 10. */
    function order(a, b) {
        var number = /(\d+(?:\.\d+)?(?:e[-+]?\d+)?)/i, i, left = a.split(number), right = b.split(number);
        for (i = 0; i < left.length && i < right.length; i++) {
            if (left[i] === right[i]) { continue; }
            return i % 2 && Number(left[i]) !== Number(right[i]) ? Number(left[i]) - Number(right[i]) : left[i] < right[i] ? -1 : 1;
        }
        return left.length - right.length;
    }

    /* The runs of one data set's rows: name, method, rank among those of the method, and a title that tells them apart: as
       plots/split.awk has them. */
    function runsOf(rows) {
        var methods = distinct(rows, "method"), runs = distinct(rows, "run").map(function (name) {
            var row = rows.filter(function (one) { return one.run === name; })[0], plain = row.dataset + "_" + row.method;
            return { name: name, method: row.method, variant: name === plain ? "" : name.indexOf(plain + "_") === 0 ? name.slice(plain.length + 1) : name };
        });
        runs.sort(function (a, b) { return methods.indexOf(a.method) - methods.indexOf(b.method) || order(a.variant, b.variant); });
        runs.forEach(function (run) {
            var family = runs.filter(function (one) { return one.method === run.method; });
            run.rank = family.indexOf(run);
            run.title = shortTitle(run.method) + (family.length > 1 && run.variant ? " (" + run.variant + ")" : "");
        });
        return runs;
    }

    /* Redrawn when the colours change. */
    var redraws = [];

    function checkboxes(legend, names, checked, label, change) {
        var boxes = names.map(function (name) {
            var box = element("input", { type: "checkbox", value: name });
            box.checked = checked(name);
            box.addEventListener("change", change);
            return box;
        });
        var field = element("fieldset", {}, [element("legend", {}, [legend])].concat(boxes.map(function (box) {
            return element("label", {}, [box, label(box.value)]);
        })));
        return { field: field, chosen: function (name) { return boxes.some(function (box) { return box.checked && box.value === name; }); } };
    }

    function choice(legend, values, label, change) {
        var select = element("select", {}, values.map(function (value) { return element("option", { value: value }, [label(value)]); }));
        select.addEventListener("change", change);
        return { field: element("label", {}, [legend, select]), select: select };
    }

    /* The least of 1, 2, 2.5, 5 times a power of ten that is not below x > 0. */
    function roundStep(x) {
        var unit = Math.pow(10, Math.floor(Math.log10(x)));
        return unit * [1, 2, 2.5, 5, 10].filter(function (factor) { return factor * unit >= x * (1 - 1e-9); })[0];
    }

    /* Lines over one x axis with a cursor: the slider, the pointer over the chart and the arrow keys move it, and a table
       says what each line is there. `model` gives: title, xLabel, place(x) in 0..1, ticks, and series() of what is chosen. */
    function lineChart(model) {
        var width = 0, height = 330, left = 52, right = 28, top = 14, bottom = 44;
        var chart = shape("svg", { class: "chart", role: "img" });
        var slider = element("input", { type: "range", min: 0, step: 1, value: 0, "aria-label": model.xLabel });
        var readout = element("table", { class: "readout", "aria-live": "polite" });
        var xs = [];

        function px(x) { return left + model.place(x) * (width - left - right); }

        function drawAxes(high, step, py) {
            for (var value = 0; value <= high + step / 2; value += step) {
                chart.append(shape("line", { class: "grid", x1: left, x2: width - right, y1: py(value), y2: py(value) }));
                chart.append(shape("text", { x: left - 6, y: py(value) + 4, "text-anchor": "end" }, String(Number(value.toPrecision(6)))));
            }
            var labelled = -Infinity;
            model.ticks().forEach(function (tick) {
                chart.append(shape("line", { class: "grid", x1: px(tick[0]), x2: px(tick[0]), y1: top, y2: height - bottom }));
                if (px(tick[0]) - labelled < 42) { return; }
                labelled = px(tick[0]);
                chart.append(shape("text", { x: px(tick[0]), y: height - bottom + 18, "text-anchor": "middle" }, tick[1]));
            });
            chart.append(shape("text", { x: (left + width - right) / 2, y: height - 6, "text-anchor": "middle" }, model.xLabel));
        }

        function pathOf(points, py) {
            return points.map(function (p, i) { return (i ? "L" : "M") + px(p.x).toFixed(1) + "," + py(p.y).toFixed(1); }).join("");
        }

        function drawSeries(one, py) {
            var banded = one.points.filter(function (p) { return isFinite(p.low) && isFinite(p.high); });
            if (banded.length > 1) {
                chart.append(shape("path", {
                    d: pathOf(banded.map(function (p) { return { x: p.x, y: p.high }; }), py) + "L" +
                        pathOf(banded.slice().reverse().map(function (p) { return { x: p.x, y: p.low }; }), py).slice(1) + "Z",
                    fill: one.color, "fill-opacity": 0.15
                }));
            }
            chart.append(shape("path", { d: pathOf(one.points, py), fill: "none", stroke: one.color, "stroke-width": 2, "stroke-dasharray": one.dashes }));
        }

        /* What lies beyond the axis is not drawn at its end. */
        function onAxis(one) {
            var end = model.end();
            one.points = one.points.filter(function (p) { return p.x <= end * (1 + 1e-9); });
            return one;
        }

        function nearest(points, x) {
            var best = null;
            points.forEach(function (p) { if (!best || Math.abs(p.x - x) < Math.abs(best.x - x)) { best = p; } });
            return best && Math.abs(model.place(best.x) - model.place(x)) < 0.03 ? best : null;
        }

        function drawReadout(series, x) {
            readout.replaceChildren(element("caption", {}, [model.xLabel + ": " + model.xText(x)]));
            series.forEach(function (one) {
                var p = nearest(one.points, x);
                var swatch = shape("svg", { class: "swatch", viewBox: "0 0 36 8", "aria-hidden": "true" });
                swatch.append(shape("line", { x1: 0, x2: 36, y1: 4, y2: 4, stroke: one.color, "stroke-width": 3, "stroke-dasharray": one.dashes }));
                readout.append(element("tr", {}, [
                    element("th", { scope: "row" }, [swatch, one.label]),
                    element("td", {}, [p ? show(p.y) : "–"]),
                    element("td", { class: "faint" }, [p && isFinite(p.low) ? show(p.low) + " to " + show(p.high) : ""])
                ]));
            });
        }

        function draw() {
            var series = model.series().map(onAxis), high = model.highest || 0, chosen = xs[slider.value];
            series.forEach(function (one) { one.points.forEach(function (p) { high = Math.max(high, isFinite(p.high) ? p.high : 0, p.y); }); });
            var step = roundStep((high || 1) / 5);
            high = Math.ceil((high || 1) / step - 1e-9) * step;
            function py(y) { return height - bottom - (y / high) * (height - top - bottom); }
            xs = [];
            series.forEach(function (one) { if (!one.reference) { one.points.forEach(function (p) { if (xs.indexOf(p.x) < 0) { xs.push(p.x); } }); } });
            xs.sort(function (a, b) { return a - b; });
            slider.max = Math.max(0, xs.length - 1);
            if (chosen !== undefined) { slider.value = Math.max(0, xs.indexOf(chosen)); }
            var x = xs[slider.value] === undefined ? 0 : xs[slider.value];
            /* As many units as pixels, so that the texts are as large on a narrow screen. */
            width = Math.max(280, Math.round(chart.clientWidth) || 480);
            chart.setAttribute("viewBox", "0 0 " + width + " " + height);
            chart.replaceChildren();
            drawAxes(high, step, py);
            series.forEach(function (one) { drawSeries(one, py); });
            chart.append(shape("line", { class: "cursor", x1: px(x), x2: px(x), y1: top, y2: height - bottom }));
            chart.setAttribute("aria-label", model.title() + " for " + (series.map(function (one) { return one.label; }).join("; ") || "nothing chosen") +
                ". The slider below moves along it, and the table says the values.");
            slider.setAttribute("aria-valuetext", model.xText(x));
            drawReadout(series, x);
        }

        chart.addEventListener("pointermove", function (event) {
            var box = chart.getBoundingClientRect(), at = (event.clientX - box.left) / box.width * width, best = 0;
            xs.forEach(function (x, i) { if (Math.abs(px(x) - at) < Math.abs(px(xs[best]) - at)) { best = i; } });
            if (Number(slider.value) !== best) { slider.value = best; draw(); }
        });
        slider.addEventListener("input", draw);
        redraws.push(draw);
        new ResizeObserver(function () { if (Math.round(chart.clientWidth) !== width) { draw(); } }).observe(chart);
        return { nodes: [chart, element("label", { class: "slide" }, [model.xLabel, slider]), readout], draw: draw, slider: slider,
            startAt: function (x) { draw(); slider.value = Math.max(0, xs.indexOf(xs.reduce(function (a, b) { return Math.abs(b - x) < Math.abs(a - x) ? b : a; }, xs[0]))); draw(); } };
    }

    function pointsOf(rows, x, y, low, high) {
        return rows.map(function (row) { return { x: number(row[x]), y: number(row[y]), low: low ? number(row[low]) : NaN, high: high ? number(row[high]) : NaN }; })
            .filter(function (p) { return isFinite(p.x) && isFinite(p.y); }).sort(function (a, b) { return a.x - b.x; });
    }

    /* What was digitised as an accuracy above 1 is 1. */
    function talkSeries(points, name) {
        points.forEach(function (p) { p.y = name === "accuracy" ? Math.min(1, p.y) : p.y; });
        return points.length ? [{ label: "the talk", color: isDark() ? "#ffffff" : "#000000", dashes: TALK_DASHES, points: points, reference: true }] : [];
    }

    /* The metrics that rows have numbers of, by the registry, after `first`. */
    function measured(rows, first) {
        return first.concat(LOOK.metrics.filter(function (name) { return first.indexOf(name) < 0; })).filter(function (name) {
            return rows.some(function (row) { return isFinite(number(row[name])); });
        });
    }

    /* The columns of its interval in a band, whose accuracy has the plain names. */
    function lowOf(name) { return name === "accuracy" ? "low" : name + "_low"; }
    function highOf(name) { return name === "accuracy" ? "high" : name + "_high"; }

    function explorePruning(dataset, title, rows, talk) {
        rows = rows.filter(function (row) { return row.dataset === dataset && row.grid === "fraction" && number(row.fraction) < 1; });
        if (!rows.length) { return null; }
        var largest = Math.max.apply(null, rows.map(function (row) { return number(row.fraction); }));
        function redraw() { chart.draw(); }
        var metrics = measured(rows, ["accuracy", "accuracy_mean_weights"]);
        var metric = choice("shown ", metrics, function (name) { return name.replace(/_/g, " "); }, redraw);
        var runs = runsOf(rows);
        var chosen = checkboxes("methods", runs.map(function (run) { return run.name; }), function () { return true; },
            function (name) { return runs.filter(function (run) { return run.name === name; })[0].title; }, redraw);
        var criteria = checkboxes("criteria", distinct(rows, "criterion"), function (name) { return rows.some(function (row) { return LOOK.usual[row.method] === name; }); }, titleOf, redraw);
        var chart = lineChart({
            title: function () { return metric.select.value.replace(/_/g, " ") + " against the share of weights removed"; },
            xLabel: "weights removed",
            xText: function (x) { return Number((100 * x).toFixed(2)) + " %"; },
            /* Logarithmic in what is kept, as in the figure: everything happens beyond 80 %. */
            end: function () { return largest; },
            place: function (x) { return Math.log(1 - x) / Math.log(1 - largest); },
            ticks: function () {
                return [[0, "0"], [0.5, "50 %"], [0.8, "80 %"], [0.9, "90 %"], [0.95, "95 %"], [0.98, "98 %"], [0.99, "99 %"], [0.995, "99.5 %"], [0.999, "99.9 %"]]
                    .filter(function (tick) { return tick[0] <= largest + 1e-9; });
            },
            series: function () {
                var name = metric.select.value, made = [];
                runs.forEach(function (run) {
                    distinct(rows, "criterion").forEach(function (criterion) {
                        var own = rows.filter(function (row) { return row.run === run.name && row.criterion === criterion; });
                        if (!own.length || !chosen.chosen(run.name) || !criteria.chosen(criterion)) { return; }
                        made.push({ label: run.title + ", " + titleOf(criterion), color: colorOf(run), dashes: criterionDashes(criterion),
                            points: pointsOf(own, "fraction", name, lowOf(name), highOf(name)) });
                    });
                });
                return made.concat(name === "accuracy" ? talkSeries(pointsOf(talk.filter(function (row) { return row.dataset === dataset; }), "prune_ratio", "accuracy"), name) : []);
            }
        });
        chart.startAt(0.9);
        return element("div", { class: "explorer", "data-kind": "pruning" }, [element("h3", {}, ["Prune it: " + title]), metric.field, chosen.field, criteria.field].concat(chart.nodes));
    }

    function explorePerturbing(dataset, rows, talk) {
        rows = rows.filter(function (row) { return row.dataset === dataset; });
        if (!rows.length) { return null; }
        function redraw() { chart.draw(); }
        var metrics = measured(rows, ["entropy"]);
        var metric = choice("shown ", metrics, function (name) { return name.replace(/_/g, " "); }, redraw);
        var kind = choice("under ", distinct(rows, "perturbation"), titleOf, function () { chart.startAt(0); });
        var runs = runsOf(rows);
        var chosen = checkboxes("methods", runs.map(function (run) { return run.name; }), function () { return true; },
            function (name) { return runs.filter(function (run) { return run.name === name; })[0].title; }, redraw);
        function own() { return rows.filter(function (row) { return row.perturbation === kind.select.value; }); }
        function largest() { return Math.max.apply(null, own().map(function (row) { return number(row.strength); })); }
        var chart = lineChart({
            title: function () { return metric.select.value.replace(/_/g, " ") + " under " + titleOf(kind.select.value); },
            xLabel: "strength",
            xText: function (x) { return String(Number(x.toFixed(3))); },
            end: largest,
            place: function (x) { return x / largest(); },
            ticks: function () { return [0, 0.25, 0.5, 0.75, 1].map(function (share) { return [share * largest(), String(Number((share * largest()).toFixed(3)))]; }); },
            series: function () {
                var name = metric.select.value, made = [];
                runs.forEach(function (run) {
                    var line = own().filter(function (row) { return row.run === run.name; });
                    if (line.length && chosen.chosen(run.name)) {
                        made.push({ label: run.title, color: colorOf(run), dashes: dashesOf(run), points: pointsOf(line, "strength", name, lowOf(name), highOf(name)) });
                    }
                });
                return made.concat(talkSeries(pointsOf(talk.filter(function (row) {
                    return row.dataset === dataset && row.perturbation === kind.select.value && row.metric === name;
                }), "strength", "value"), name));
            }
        });
        chart.startAt(0);
        return element("div", { class: "explorer", "data-kind": "perturbing" }, [element("h3", {}, ["Disturb it"]), kind.field, " ", metric.field, chosen.field].concat(chart.nodes));
    }

    function paintImage(canvas, reel, bytes) {
        canvas.width = reel.width;
        canvas.height = reel.height;
        var context = canvas.getContext("2d"), image = context.createImageData(reel.width, reel.height), i, c;
        for (i = 0; i < reel.width * reel.height; i++) {
            for (c = 0; c < 3; c++) { image.data[4 * i + c] = bytes[i * reel.channels + (reel.channels === 3 ? c : 0)]; }
            image.data[4 * i + 3] = 255;
        }
        context.putImageData(image, 0, 0);
    }

    /* A series of its own range: the picture shows its form, as the strip of stills does. */
    function paintSeries(canvas, reel, bytes) {
        canvas.width = 2 * reel.width;
        canvas.height = reel.width;
        var context = canvas.getContext("2d"), i;
        context.lineWidth = 3;
        context.strokeStyle = "#0072B2";
        context.beginPath();
        for (i = 0; i < reel.width; i++) { context.lineTo(2 * i, 4 + (1 - bytes[i] / 255) * (canvas.height - 8)); }
        context.stroke();
    }

    function exploreStills(dataset, predicted) {
        var script = document.querySelector('script.reels[data-dataset="' + dataset + '"]');
        if (!script) { return null; }
        var reels = JSON.parse(script.textContent);
        predicted = predicted.filter(function (row) { return row.dataset === dataset; });
        reels.forEach(function (reel) { reel.bytes = decode(reel.pixels); });
        function reelNow() { return reels.filter(function (reel) { return reel.name === kind.select.value; })[0]; }
        var kind = choice("under ", reels.map(function (reel) { return reel.name; }), titleOf, draw);
        var runs = distinct(predicted, "run");
        function methodOf(run) { return predicted.filter(function (row) { return row.run === run; })[0].method; }
        var run = choice("seen by ", runs, function (name) { return shortTitle(methodOf(name)) + " (" + name + ")"; }, draw);
        var withSigmas = runs.filter(function (name) { return LOOK.sigma[methodOf(name)]; });
        if (withSigmas.length) { run.select.value = withSigmas[0]; }
        var slider = element("input", { type: "range", min: 0, step: 1, value: 0, "aria-label": "strength" });
        var said = element("output", { "aria-live": "polite" });
        var list = element("ul", { class: "stills" });
        slider.addEventListener("input", draw);

        function drawItem(reel, k, s, largest) {
            var size = reel.width * reel.height * reel.channels, at = (k * reel.strengths.length + s) * size;
            var canvas = element("canvas", { role: "img" });
            (reel.height === 1 ? paintSeries : paintImage)(canvas, reel, reel.bytes.subarray(at, at + size));
            var row = predicted.filter(function (p) { return p.run === run.select.value && (!reel.run || p.run === reel.run) && p.perturbation === reel.name && p.item === reel.items[k].item && p.strength === reel.strengths[s]; })[0];
            var gray = row ? Math.round(255 * (1 - number(row.entropy) / largest)) : 255, right = row && row.right === "1";
            canvas.style.borderColor = "rgb(" + gray + "," + gray + "," + gray + ")";
            var words = row ? (right ? "✓ " : "✗ ") + row.predicted : "not predicted by this run";
            canvas.setAttribute("aria-label", "a " + reel.items[k].label + ", taken for " + (row ? row.predicted + ", entropy " + show(number(row.entropy)) : "nothing"));
            list.append(element("li", {}, [canvas, element("span", { class: row ? (right ? "right" : "wrong") : "faint" }, [words]),
                element("br"), element("span", { class: "faint" }, [row ? show(number(row.entropy)) + " nats" : ""])]));
            return row;
        }

        function draw() {
            var reel = reelNow();
            slider.max = reel.strengths.length - 1;
            var s = Math.min(Number(slider.value), reel.strengths.length - 1), rows = [], largest = 1e-9;
            predicted.forEach(function (row) { if (row.perturbation === reel.name) { largest = Math.max(largest, number(row.entropy)); } });
            list.replaceChildren();
            reel.items.forEach(function (item, k) { var row = drawItem(reel, k, s, largest); if (row) { rows.push(row); } });
            var right = rows.filter(function (row) { return row.right === "1"; }).length;
            var entropy = rows.reduce(function (sum, row) { return sum + number(row.entropy); }, 0) / Math.max(1, rows.length);
            slider.setAttribute("aria-valuetext", reel.strengths[s] + " " + reel.unit);
            said.textContent = "strength " + reel.strengths[s] + (reel.unit ? " " + reel.unit : "") + ": " +
                (rows.length ? right + " of " + rows.length + " right, mean entropy " + show(entropy) + " nats" : reel.run ? "the adversary's pictures are of " + reel.run : "this run predicted other items");
        }
        draw();
        return element("div", { class: "explorer", "data-kind": "stills" }, [element("h3", {}, ["See what it sees"]), kind.field, " ", run.field,
            element("label", { class: "slide" }, ["strength", slider]), said, list,
            element("p", { class: "faint" }, ["The frame is the darker, the larger the entropy of the prediction."])]);
    }

    function explorers() {
        var pruned = readTable("prune_band"), perturbed = readTable("perturb_band"), predicted = readTable("stills_predicted");
        var talkPruning = readTable("talk_pruning"), talkUncertainty = readTable("talk_uncertainty");
        document.querySelectorAll(".explorers").forEach(function (place) {
            var dataset = place.dataset.dataset, kinds = place.dataset.kinds.split(" ");
            var make = {
                pruning: function () { return explorePruning(dataset, place.dataset.title, pruned, talkPruning); },
                perturbing: function () { return explorePerturbing(dataset, perturbed, talkUncertainty); },
                stills: function () { return exploreStills(dataset, predicted); }
            };
            kinds.forEach(function (kind) {
                var made = make[kind]();
                if (made) { place.append(made); }
            });
        });
    }

    /* A figure as large as the window: its drawing goes into a dialog and comes back when that is closed. */
    function enlarging() {
        var stage = element("div", { class: "stage", tabindex: 0 }), words = element("span"), close = element("button", { type: "button" }, ["close"]);
        var dialog = element("dialog", { id: "large", "aria-label": "a figure, enlarged" }, [element("p", {}, [words, close]), stage]);
        var home = null, opener = null;
        function open(figure, button) {
            if (home) { return; }
            home = figure.querySelector(".scroll");
            opener = button;
            words.textContent = home.getAttribute("aria-label");
            stage.append(home.querySelector("svg"));
            dialog.showModal();
            stage.focus();
        }
        dialog.addEventListener("close", function () {
            home.append(stage.firstChild);
            home = null;
            opener.focus({ preventScroll: true });
        });
        close.addEventListener("click", function () { dialog.close(); });
        stage.addEventListener("click", function () { dialog.close(); });
        document.body.append(dialog);
        document.querySelectorAll(".figure").forEach(function (figure) {
            var button = element("button", { type: "button", class: "enlarge" }, ["enlarge"]);
            button.setAttribute("aria-label", "enlarge " + figure.querySelector(".scroll").getAttribute("aria-label"));
            button.addEventListener("click", function () { open(figure, button); });
            figure.querySelector(".links").prepend(button);
            figure.querySelector(".scroll").addEventListener("click", function () { open(figure, button); });
        });
    }

    /* Tables that are in the page need no file beside it. */
    function linkTables() {
        document.querySelectorAll("a[data-csv]").forEach(function (link) {
            var table = document.querySelector('a[data-table="' + link.dataset.csv + '"]');
            if (table) { link.addEventListener("click", function () { link.setAttribute("href", table.getAttribute("href")); }); }
        });
    }

    /* A click on a column's head sorts the claims of a data set by it, and no more by slide; another turns the order round. */
    function sorting() {
        document.querySelectorAll("table.claims").forEach(function (table) {
            var body = table.tBodies[0];
            Array.from(table.tHead.rows[0].cells).forEach(function (head, column) {
                var button = element("button", { type: "button" }, [head.textContent]);
                button.addEventListener("click", function () {
                    var down = head.getAttribute("aria-sort") === "ascending";
                    Array.from(table.tHead.rows[0].cells).forEach(function (other) { other.removeAttribute("aria-sort"); });
                    head.setAttribute("aria-sort", down ? "descending" : "ascending");
                    table.querySelectorAll("tr.slide").forEach(function (slide) { slide.remove(); });
                    Array.from(table.querySelectorAll("tbody tr")).map(function (row) { return { row: row, text: row.cells[column].textContent, value: parseFloat(row.cells[column].textContent) }; })
                        .sort(function (a, b) {
                            var sign = isNaN(a.value) || isNaN(b.value) ? (a.text < b.text ? -1 : a.text > b.text ? 1 : 0) : a.value - b.value;
                            return down ? -sign : sign;
                        }).forEach(function (one) { body.append(one.row); });
                });
                head.replaceChildren(button);
            });
        });
    }

    /* Claims that are folded away, and what an address leads to, are on paper and on the screen. */
    function unfolding() {
        function unfold() {
            var place = location.hash.length > 1 && document.getElementById(location.hash.slice(1)), folded = place && place.closest("details");
            if (folded && !folded.open) { folded.open = true; place.scrollIntoView(); }
        }
        addEventListener("hashchange", unfold);
        unfold();
        addEventListener("beforeprint", function () { document.querySelectorAll(".claims-of").forEach(function (group) { group.open = true; }); });
        var all = document.getElementById("print-all");
        document.querySelector(".printing").hidden = false;
        all.addEventListener("change", function () {
            if (all.checked) { document.documentElement.dataset.print = "all"; } else { delete document.documentElement.dataset.print; }
        });
    }

    function themes() {
        var button = document.getElementById("theme"), names = ["as the system", "light", "dark"], now = 0;
        button.hidden = false;
        button.addEventListener("click", function () {
            now = (now + 1) % names.length;
            if (now) { document.documentElement.dataset.theme = names[now]; } else { delete document.documentElement.dataset.theme; }
            button.textContent = "colours: " + names[now];
            redraws.forEach(function (draw) { draw(); });
        });
        matchMedia("(prefers-color-scheme: dark)").addEventListener("change", function () { redraws.forEach(function (draw) { draw(); }); });
    }

    explorers();
    themes();
    enlarging();
    linkTables();
    sorting();
    unfolding();
}());
