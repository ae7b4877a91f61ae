#!/usr/bin/env python3
"""tests/browser_report.py [--quick] REPORT.html [SCREENSHOT_DIR]: a report in headless Chromium, as a reader would use it.

Speaks WebDriver to chromedriver with Python's standard library alone. Prints `ok - NAME` and `not ok - NAME` as
tests/script.sh does; exits with 1 when a check failed. With a directory it leaves a screenshot of each view there. --quick: only whether scripts run
that are not the page's own.
"""
import base64
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

ARGUMENTS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-dev-shm-usage",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars",
]
TAB, SPACE, RIGHT, END, HOME, ESCAPE = "\ue004", "\ue00d", "\ue014", "\ue010", "\ue011", "\ue00c"
failures = 0


def check(name, passed, detail=""):
    global failures
    print(("ok - " if passed else "not ok - ") + name)
    if not passed:
        failures += 1
        print("    " + str(detail)[:2000])


class Browser:
    """One session of a chromedriver of its own, on a port that the system chooses."""

    def __init__(self, work):
        self.driver = subprocess.Popen(["chromedriver", "--port=0", f"--log-path={work}/driver.log"],
                                       stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        for line in self.driver.stdout:
            if "successfully on port" in line:
                self.base = "http://127.0.0.1:%d" % int(line.rstrip(".\n").rsplit(" ", 1)[1])
                break
        self.session = ""
        options = {"args": ARGUMENTS + [f"--user-data-dir={work}/profile"], "binary": "/usr/bin/chromium"}
        made = self.call("POST", "/session", {"capabilities": {"alwaysMatch": {
            "goog:chromeOptions": options,
            "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"},
        }}})
        self.session = "/session/" + made["sessionId"]

    def call(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.base + path, data, {"Content-Type": "application/json"}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=50) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise SystemExit("chromedriver: " + error.read().decode()[:500])

    def post(self, path, body):
        return self.call("POST", self.session + path, body)

    def run(self, script, *arguments):
        return self.post("/execute/sync", {"script": script, "args": list(arguments)})

    def log(self, kind):
        return self.post("/se/log", {"type": kind})

    def press(self, *keys):
        """Real key events, on what has the focus."""
        actions = [{"type": kind, "value": key} for key in keys for kind in ("keyDown", "keyUp")]
        self.post("/actions", {"actions": [{"type": "key", "id": "keyboard", "actions": actions}]})

    def size(self, width, height):
        self.post("/chromium/send_command_and_get_result", {
            "cmd": "Emulation.setDeviceMetricsOverride",
            "params": {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}})

    def scheme(self, name):
        self.post("/chromium/send_command_and_get_result", {
            "cmd": "Emulation.setEmulatedMedia", "params": {"features": [{"name": "prefers-color-scheme", "value": name}]}})

    def shot(self, path):
        with open(path, "wb") as file:
            file.write(base64.b64decode(self.call("GET", self.session + "/screenshot")))

    def close(self):
        if self.session:
            self.call("DELETE", self.session)
        self.driver.terminate()
        self.driver.wait()


HIDDEN_FIGURES = """
    return Array.from(document.querySelectorAll('.figure svg')).filter(function (svg) {
        var box = svg.getBoundingClientRect();
        var drawn = svg.querySelectorAll('path, polygon, rect, image, circle, use').length;
        return box.width < 100 || box.height < 100 || (drawn < 3 && !svg.querySelector('image')) || getComputedStyle(svg).visibility !== 'visible';
    }).map(function (svg) { return svg.getAttribute('aria-labelledby'); });
"""
UNNAMED = """
    var bad = [];
    document.querySelectorAll('svg[role=img], canvas[role=img]').forEach(function (image) {
        var ids = (image.getAttribute('aria-labelledby') || '').split(' ').filter(Boolean);
        var name = image.getAttribute('aria-label') || '';
        ids.forEach(function (id) { var e = document.getElementById(id); name += e ? e.textContent : ''; });
        if (name.trim().length < 10) { bad.push(image.outerHTML.slice(0, 200)); }
    });
    document.querySelectorAll('input, select, button').forEach(function (control) {
        if (!control.getAttribute('aria-label') && !control.textContent.trim() && !control.closest('label')) {
            bad.push(control.outerHTML);
        }
    });
    return bad;
"""
DUPLICATE_IDS = """
    var seen = {}, twice = [];
    document.querySelectorAll('[id]').forEach(function (e) { if (seen[e.id]) { twice.push(e.id); } seen[e.id] = 1; });
    return twice.slice(0, 5);
"""
# Lines of figures that keep, on a dark page, the colour that they have on a light one.
LIGHT_LINES = """
    return Array.from(document.querySelectorAll('svg.curves [stroke^="rgb"]')).filter(function (line) {
        return getComputedStyle(line).stroke.replace(/ /g, '') === line.getAttribute('stroke').replace(/ /g, '');
    }).map(function (line) { return line.getAttribute('stroke'); }).slice(0, 5);
"""
# Verdicts that reach over the edge of the screen, within what scrolls or not.
HIDDEN_VERDICTS = """
    return Array.from(document.querySelectorAll('.claims .verdict')).filter(function (cell) {
        var box = cell.getBoundingClientRect();
        return box.width < 10 || box.left < 0 || box.right > document.documentElement.clientWidth;
    }).length;
"""
# The talk's curves: lines that run up or down at the axis' end or over it, and accuracies above 1.
TALK_AT_EDGE = """
    var wrong = document.querySelector('.chart path[stroke-dasharray="10 10"]') ? [] : ['no curve of the talk'];
    document.querySelectorAll('.explorer[data-kind=pruning]').forEach(function (explorer) {
        explorer.querySelectorAll('.chart path[stroke-dasharray="10 10"]').forEach(function (path) {
            var xs = path.getAttribute('d').match(/[\\d.]+(?=,)/g), end = path.ownerSVGElement.viewBox.baseVal.width - 28;
            if (xs.length > 1 && (xs[xs.length - 1] === xs[xs.length - 2] || xs[xs.length - 1] > end + 0.1)) { wrong.push(path.getAttribute('d')); }
        });
        explorer.querySelectorAll('.readout tr').forEach(function (row) {
            if (row.textContent.indexOf('the talk') >= 0 && parseFloat(row.cells[1].textContent) > 1) { wrong.push(row.textContent); }
        });
    });
    return wrong;
"""
TOO_WIDE = "return document.documentElement.scrollWidth - document.documentElement.clientWidth;"
# Contrast of the page's text and of a figure's text with the page, as WCAG computes it.
CONTRAST = """
    function luminance(color) {
        var part = color.match(/[\\d.]+/g).slice(0, 3).map(function (v) {
            v /= 255;
            return v <= 0.03928 ? v / 12.92 : Math.pow((v + 0.055) / 1.055, 2.4);
        });
        return 0.2126 * part[0] + 0.7152 * part[1] + 0.0722 * part[2];
    }
    function contrast(ink, paper) {
        var a = luminance(ink), b = luminance(paper);
        return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    }
    var paper = getComputedStyle(document.body).backgroundColor, found = [contrast(getComputedStyle(document.body).color, paper)];
    document.querySelectorAll('.figure svg').forEach(function (svg) {
        var own = getComputedStyle(svg.querySelector('rect')).fill;
        Array.from(svg.querySelectorAll('text')).slice(0, 12).forEach(function (text) {
            if (text.textContent.trim()) { found.push(contrast(getComputedStyle(text).fill, own)); }
        });
    });
    document.querySelectorAll('.faint').forEach(function (e, i) {
        if (i < 5) { found.push(contrast(getComputedStyle(e).color, paper)); }
    });
    return Math.min.apply(null, found);
"""


def check_views(browser, shots):
    for width in (400, 1600):
        for scheme in ("light", "dark"):
            browser.size(width, 1000)
            browser.scheme(scheme)
            time.sleep(0.2)
            view = f"{width} pixels, {scheme}"
            hidden = browser.run(HIDDEN_FIGURES)
            check(f"every figure is visible at {view}", hidden == [], hidden)
            wide = browser.run(TOO_WIDE)
            check(f"the page does not scroll sideways at {view}", wide <= 0, f"{wide} pixels too wide")
            contrast = browser.run(CONTRAST)
            check(f"texts stand out at {view}", contrast >= 4.5, f"contrast {contrast:.2f}")
            verdicts = browser.run(HIDDEN_VERDICTS)
            check(f"every verdict is on the screen at {view}", verdicts == 0, verdicts)
            if scheme == "dark":
                light = browser.run(LIGHT_LINES)
                check(f"no line keeps its light colour at {view}", light == [], light)
            if shots:
                browser.shot(f"{shots}/{width}_{scheme}.png")
                for i, place in enumerate(browser.run(
                        "return Array.from(document.querySelectorAll('.explorer, .figure')).map(function (e) {"
                        " return e.getBoundingClientRect().top + scrollY; });")[:40:3]):
                    browser.run("document.documentElement.style.scrollBehavior = 'auto'; scrollTo(0, arguments[0] - 40);", place)
                    browser.shot(f"{shots}/{width}_{scheme}_{i:02}.png")
                browser.run("scrollTo(0, 0);")


def focus(browser, selector):
    found = browser.run("var e = document.querySelector(arguments[0]); if (e) { e.focus(); } return !!e;", selector)
    return found and browser.run("return document.activeElement === document.querySelector(arguments[0]);", selector)


def check_keyboard(browser):
    browser.run("document.activeElement.blur(); scrollTo(0, 0);")
    browser.press(TAB)
    check("the first tab stop is the way past the navigation",
          browser.run("return document.activeElement.className;") == "skip")
    reached = set()
    for _ in range(60):
        browser.press(TAB)
        reached.add(browser.run("return document.activeElement.tagName + (document.activeElement.type || '');"))
    check("the tab key reaches links, choices, checkboxes and sliders",
          {"A", "SELECTselect-one", "INPUTcheckbox", "INPUTrange"} <= reached, reached)

    pruning = ".explorer[data-kind=pruning]"
    text = "return document.querySelector(arguments[0]).textContent;"
    curves = "return document.querySelectorAll(arguments[0] + ' .chart path[fill=none]').length;"
    check("there is a pruning chart", focus(browser, pruning + " input[type=range]"))
    browser.press(HOME)
    before = browser.run(text, pruning + " .readout")
    browser.press(RIGHT, RIGHT)
    check("arrow keys move the cursor and its values", browser.run(text, pruning + " .readout") != before, before)
    count = browser.run(curves, pruning)
    focus(browser, pruning + " input[type=checkbox]")
    browser.press(SPACE)
    check("the space key takes a method away", browser.run(curves, pruning) < count, count)
    browser.press(SPACE)
    check("and brings it back", browser.run(curves, pruning) == count)
    label = "return document.querySelector(arguments[0] + ' .chart').getAttribute('aria-label');"
    before = browser.run(label, pruning)
    focus(browser, pruning + " select")
    browser.press("\ue015")
    check("the down key chooses another metric", browser.run(label, pruning) != before, before)

    stills = ".explorer[data-kind=stills]"
    pixels = "return document.querySelector(arguments[0] + ' canvas').toDataURL();"
    check("there are stills", focus(browser, stills + " input[type=range]"))
    before, said = browser.run(pixels, stills), browser.run(text, stills + " output")
    browser.press(END)
    check("the slider changes the pictures", browser.run(pixels, stills) != before)
    check("and says what it shows", browser.run(text, stills + " output") != said and "right" in said, said)
    check("and its value is spoken", browser.run(
        "return document.querySelector(arguments[0]).getAttribute('aria-valuetext');", stills + " input[type=range]"))
    focus(browser, "#theme")
    browser.press(SPACE, SPACE)
    check("a button chooses the colours", browser.run("return document.documentElement.dataset.theme;") == "dark")


def check_enlarging(browser):
    place = "return [!!document.querySelector('dialog[open] svg'), document.activeElement.className];"
    check("there is a button to enlarge a figure", focus(browser, ".figure .enlarge"))
    browser.press(SPACE)
    time.sleep(0.2)
    opened = browser.run(place)
    check("it shows the figure alone", opened[0], opened)
    width = browser.run("var e = document.querySelector('dialog svg'); return e ? e.getBoundingClientRect().width : 0;")
    check("as wide as the window", width > 1400, width)
    browser.press(ESCAPE)
    time.sleep(0.2)
    closed = browser.run(place)
    check("Escape closes it, and the focus is where it was", closed == [False, "enlarge"], closed)
    check("and the figure is back", browser.run("return !!document.querySelector('.figure .scroll svg');"))
    browser.run("document.querySelector('.figure .scroll').click();")
    check("a click opens it too", browser.run(place)[0])
    browser.press(ESCAPE)
    time.sleep(0.2)


def check_claims(browser):
    verdicts = """return Array.from(document.querySelector('.claims').querySelectorAll('tbody tr:not(.slide) td.verdict'))
        .map(function (cell) { return cell.dataset.verdict; });"""
    before = browser.run(verdicts)
    check("claims can be sorted by the keyboard", focus(browser, ".claims thead button"))
    browser.press(SPACE)
    ascending = browser.run("return document.querySelector('.claims thead th').getAttribute('aria-sort');")
    after = browser.run(verdicts)
    check("by their verdicts", ascending == "ascending" and after == sorted(before), after)


def pages(browser, most=None):
    """How many the page has on paper; of a long one no more than `most` are made, which takes the driver too long."""
    pdf = base64.b64decode(browser.post("/print", {"pageRanges": [f"1-{most}"]} if most else {}))
    return len(re.findall(rb"/Type\s*/Page\b", pdf))


def check_paper(browser):
    summary = pages(browser)
    check("on paper there are at most 6 pages", 0 < summary <= 6, summary)
    focus(browser, "#print-all")
    browser.press(SPACE)
    check("and more where all is wanted", pages(browser, summary + 1) > summary)


def check_network(browser, url):
    asked = set()
    for entry in browser.log("performance"):
        message = json.loads(entry["message"])["message"]
        if message["method"] == "Network.requestWillBeSent":
            asked.add(message["params"]["request"]["url"].split(",")[0])
    outside = [address for address in asked if not address.startswith(("data:", "blob:", "about:")) and address != url]
    check("the page asks for nothing outside itself", outside == [], outside)
    errors = [entry["message"] for entry in browser.log("browser") if entry["level"] in ("SEVERE", "WARNING")]
    check("the console is silent", errors == [], errors)


# Whatever stands in the page, only its own script and style run, also where markup gets in.
INJECT = """
    var place = document.createElement('div');
    place.innerHTML = '<img src="data:,x" onerror="document.title=1">';
    document.body.append(place);
    var script = document.createElement('script');
    script.textContent = 'document.title = 2';
    document.body.append(script);
    var base = document.createElement('base');
    base.href = 'http://127.0.0.1:9/';
    document.head.append(base);
    return [document.baseURI, place];
"""


def check_scripts(browser, url):
    title = browser.run("return document.title;")
    check("no script but the page's own has run", title.startswith("tenth: "), title)
    check("its own has", browser.run("return document.querySelectorAll('.explorer .chart').length;") > 0)
    check_network(browser, url)
    base = browser.run(INJECT)[0]
    time.sleep(0.3)
    check("scripts that get into the page do not run", browser.run("return document.title;") == title)
    check("nor can its base be changed", base == url, base)


def main():
    arguments = [argument for argument in sys.argv[1:] if argument != "--quick"]
    report, shots = os.path.abspath(arguments[0]), arguments[1] if len(arguments) > 1 else None
    if shots:
        os.makedirs(shots, exist_ok=True)
    with tempfile.TemporaryDirectory() as work:
        browser = Browser(work)
        try:
            url = "file://" + report
            browser.post("/url", {"url": "about:blank"})
            time.sleep(0.2)
            browser.log("performance"), browser.log("browser")  # what the browser itself did so far
            browser.post("/url", {"url": url})
            if "--quick" in sys.argv:
                check_scripts(browser, url)
                return
            figures = browser.run("return document.querySelectorAll('.figure svg').length;")
            check("there are figures", figures > 0)
            unnamed = browser.run(UNNAMED)
            check("every picture and control has a name", unnamed == [], unnamed)
            twice = browser.run(DUPLICATE_IDS)
            check("no id stands twice", twice == [], twice)
            tables = browser.run("return Array.from(document.querySelectorAll('a[data-table]')).map(function (a) {"
                                 " return atob(a.href.split(',')[1]).split('\\n')[0]; });")
            check("tables can be downloaded", tables and all("," in header for header in tables), tables)
            check_views(browser, shots)
            browser.size(1600, 1000)
            edge = browser.run(TALK_AT_EDGE)
            check("the talk's curves end where they end", edge == [], edge)
            check_keyboard(browser)
            check_enlarging(browser)
            check_claims(browser)
            check_paper(browser)
            check_network(browser, url)
        finally:
            browser.close()


if __name__ == "__main__":
    main()
    sys.exit(1 if failures else 0)
