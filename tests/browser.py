"""browser.py: a page of ours in headless Chromium, driven through its DevTools pipe.

    browser.py inspect PAGE          print as JSON what the browser makes of the page
    browser.py screenshot PAGE PNG   the whole page as a phone and a desktop show it, light and dark, side by side
    browser.py screenshot PAGE PNG --only=phone-light [--part=SELECTOR]
                                     one of the four, or of it what a CSS selector finds first

CHROMIUM names the browser, chromium unless set. Nothing but Python's standard library.
"""

import base64
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

# What would call home, wait for something or use what a container lacks. No sandbox: it cannot be had as root, and
# what is shown is our own.
FLAGS = ("--headless", "--no-sandbox", "--remote-debugging-pipe", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-default-apps", "--disable-sync",
         "--disable-extensions", "--hide-scrollbars", "--mute-audio", "--no-proxy-server", "--host-resolver-rules=MAP * ~NOTFOUND")
# Width and height of the window, pixels a point.
WINDOWS = {"phone": (360, 740, 2), "desktop": (1280, 800, 1)}
COLOURS = ("light", "dark")

# Runs in the page: what a person would find missing. Waits until each player knows how long its clip is, or cannot.
INSPECT = """(async () => {
    const settled = player => player.readyState >= 1 || player.error ? null : new Promise(done => {
        for (const event of ['loadedmetadata', 'error']) player.addEventListener(event, done);
        player.preload = 'auto';
        player.load();
    });
    const players = [...document.querySelectorAll('audio')];
    await Promise.all(players.map(settled));
    const box = element => { const b = element.getBoundingClientRect(); return [b.width, b.height]; };
    const meet = (one, other) => { const a = one.getBoundingClientRect(), b = other.getBoundingClientRect();
        return a.left < b.right - .5 && b.left < a.right - .5 && a.top < b.bottom - .5 && b.top < a.bottom - .5; };
    const main = document.querySelector('main');
    const edge = main.getBoundingClientRect().right - parseFloat(getComputedStyle(main).paddingRight);
    return {
        title: document.title,
        players: players.map(player => ({label: player.getAttribute('aria-label'), duration: player.duration, box: box(player)})),
        pictures: [...document.images].map(image => ({alt: image.alt, natural: [image.naturalWidth, image.naturalHeight], box: box(image)})),
        drawings: [...document.querySelectorAll('svg[role=img]')].map(svg => ({title: svg.querySelector('title').textContent,
            paths: svg.querySelectorAll('path').length, box: box(svg)})),
        // Labels over the curves or other labels of their plot; tables that must be scrolled.
        over: [...document.querySelectorAll('.wave > b')].filter(label => [...label.parentElement.children].some(
            other => other !== label && meet(label, other))).map(label => label.textContent),
        scrolled: [...document.querySelectorAll('.wide')].filter(each => each.scrollWidth > each.clientWidth).map(each => each.textContent),
        width: [innerWidth, document.documentElement.scrollWidth],
        past: [...document.querySelectorAll('main *')].filter(element => !element.closest('.wide')
            && element.getBoundingClientRect().right > edge + 0.5).map(element => element.outerHTML.slice(0, 80)),
        colours: [getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor],
    };
})()"""


class Browser:
    """Messages are JSON, each ended by a NUL, on the browser's descriptors 3 (to it) and 4 (from it)."""

    def __init__(self):
        name = os.environ.get("CHROMIUM") or "chromium"
        program = shutil.which(name)
        if not program:
            sys.exit(f"browser: {name} is not found, expected it in PATH: ./setup installs it")
        self.home = tempfile.mkdtemp(prefix="browser.")
        here_out, there_in = os.pipe(), os.pipe()
        arguments = [program, *FLAGS, f"--user-data-dir={self.home}", "about:blank"]
        self.process = subprocess.Popen(
            ["sh", "-c", f'exec 5<&{there_in[0]} 6>&{here_out[1]} 3<&5 4>&6; exec "$@"', "sh", *arguments], env={**os.environ, "HOME": self.home},
            pass_fds=(there_in[0], here_out[1]), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for descriptor in (here_out[1], there_in[0]):
            os.close(descriptor)
        self.write, self.read = os.fdopen(there_in[1], "wb", 0), os.fdopen(here_out[0], "rb")
        self.rest, self.count, self.session, self.events = b"", 0, None, []

    def __enter__(self):
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Network", "Runtime", "Log"):
            self.call(domain + ".enable")
        return self

    def __exit__(self, *_):
        self.session = None
        try:
            self.call("Browser.close")
        except OSError:
            pass
        self.write.close()
        self.process.wait(30)
        shutil.rmtree(self.home, ignore_errors=True)

    def message(self):
        while b"\0" not in self.rest:
            data = self.read.read1(1 << 20)
            if not data:
                raise OSError("the browser has ended")
            self.rest += data
        one, self.rest = self.rest.split(b"\0", 1)
        return json.loads(one)

    def call(self, method, **parameters):
        self.count += 1
        request = {"id": self.count, "method": method, "params": parameters}
        if self.session:
            request["sessionId"] = self.session
        self.write.write(json.dumps(request).encode() + b"\0")
        while True:
            answer = self.message()
            if answer.get("id") == self.count:
                if "error" in answer:
                    raise OSError(f"{method}: {answer['error']['message']}")
                return answer["result"]
            self.events.append(answer)

    def wait(self, method):
        while not any(event.get("method") == method for event in self.events):
            self.events.append(self.message())

    def show(self, url, window, colour):
        width, height, scale = WINDOWS[window]
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=scale, mobile=window == "phone")
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": colour}])
        self.events.clear()
        self.call("Page.navigate", url=url)
        self.wait("Page.loadEventFired")

    def evaluate(self, code):
        answer = self.call("Runtime.evaluate", expression=code, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in answer:
            raise OSError(answer["exceptionDetails"]["exception"].get("description", "the page's script failed"))
        return answer["result"].get("value")

    def complaints(self):
        """What the page asked for beyond itself, and what the browser had to say of it."""
        of = {event["method"]: [] for event in self.events if "method" in event}
        for event in self.events:
            if "method" in event:
                of[event["method"]].append(event["params"])
        return {"requests": [each["request"]["url"] for each in of.get("Network.requestWillBeSent", [])
                             if not each["request"]["url"].startswith("data:")],
                "console": [each["entry"]["text"] for each in of.get("Log.entryAdded", [])]
                + [str(each["args"]) for each in of.get("Runtime.consoleAPICalled", [])]
                + [each["exceptionDetails"]["text"] for each in of.get("Runtime.exceptionThrown", [])]}

    def picture(self, selector="html"):
        """The whole page as PNG, or a part of it, once the players have their final looks."""
        self.evaluate(INSPECT)
        self.evaluate("new Promise(done => setTimeout(() => requestAnimationFrame(() => requestAnimationFrame(done)), 300))")
        box = self.evaluate("(({x, y, width, height}) => ({x, y, width, height}))"
                            f"(document.querySelector({json.dumps(selector)}).getBoundingClientRect())")
        return base64.b64decode(self.call("Page.captureScreenshot", format="png", captureBeyondViewport=True,
                                          clip={**box, "scale": 1})["data"])


def inspect(url):
    found = {}
    with Browser() as browser:
        for window in WINDOWS:
            for colour in COLOURS:
                browser.show(url, window, colour)
                found[f"{window}-{colour}"] = {**browser.evaluate(INSPECT), **browser.complaints()}
    print(json.dumps(found, indent=1))


def screenshot(url, target, only, part):
    with Browser() as browser:
        shots = {}
        for window in WINDOWS:
            for colour in COLOURS:
                if only in (None, f"{window}-{colour}"):
                    browser.show(url, window, colour)
                    shots[f"{window}-{colour}"] = browser.picture(part)
        if not shots:
            sys.exit(f"browser: --only={only}, expected such as phone-light")
        result = next(iter(shots.values())) if only else side_by_side(browser, shots)
    with open(target + ".part", "wb") as f:
        f.write(result)
    os.replace(target + ".part", target)


def side_by_side(browser, shots):
    images = "".join(f'<img alt="{name}" style="width:{WINDOWS[name.split("-")[0]][0]}px" src="data:image/png;base64,'
                     f'{base64.b64encode(shot).decode()}">' for name, shot in shots.items())
    sheet = f'<body style="margin:0;display:flex;gap:16px;align-items:flex-start;width:max-content;background:#888">{images}'
    with tempfile.NamedTemporaryFile("w", suffix=".html") as f:
        f.write(sheet)
        f.flush()
        browser.show(pathlib.Path(f.name).as_uri(), "desktop", "light")
        size = browser.evaluate("[document.body.scrollWidth, document.body.scrollHeight]")
        return base64.b64decode(browser.call("Page.captureScreenshot", format="png", captureBeyondViewport=True,
                                             clip={"x": 0, "y": 0, "width": size[0], "height": size[1], "scale": 1})["data"])


def main(arguments):
    options = dict(word[2:].split("=", 1) for word in arguments if word.startswith("--") and "=" in word)
    words = [word for word in arguments if not word.startswith("--")]
    if len(words) < 2 or not os.path.isfile(words[1]):
        sys.exit(__doc__)
    url = pathlib.Path(words[1]).absolute().as_uri()
    if words[0] == "inspect" and len(words) == 2:
        inspect(url)
    elif words[0] == "screenshot" and len(words) == 3:
        screenshot(url, words[2], options.get("only"), options.get("part", "html"))
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except OSError as error:
        sys.exit(f"browser: {error}")
