"""Opens a report in a real browser, on a phone and on a desk, light and dark and on paper, and says what is wrong with it.

    pip install playwright          # and a Chromium: `playwright install chromium`, or the system's own
    python browser.py report.html [more.html ...] [--shots DIRECTORY] [--chromium /usr/bin/chromium]

Checked, at 360 and 1440 pixels, light and dark: nothing in the console, no request beyond the file itself, no page wider
than the window, every picture named, every id once and every link inside the page leading somewhere, text that contrasts
with what is behind it by at least 4.5 : 1. With --shots there is a picture of each, cut into pieces of 2,000 pixels, and
what a printer would get as PDF. The exit code is the number of faults, 100 at most.
"""

import argparse
import pathlib
import shutil
import sys

from playwright.sync_api import sync_playwright

SIZES = {"phone": (360, 740), "desk": (1440, 900)}
PIECE = 2000

FAULTS = r"""() => {
  const faults = [];
  const root = document.documentElement;
  if (root.scrollWidth > innerWidth) {
    const wide = [...document.querySelectorAll('body *')]
      .filter(e => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest('.scroll'))
      .slice(0, 3).map(e => e.tagName + '.' + e.className);
    faults.push(`the page is ${root.scrollWidth} wide: ${wide.join(', ')}`);
  }
  for (const svg of document.querySelectorAll('svg'))
    if (svg.getAttribute('role') !== 'img' || !svg.getAttribute('aria-label')) faults.push('a picture has no name');
  const ids = [...document.querySelectorAll('[id]')].map(e => e.id);
  if (new Set(ids).size !== ids.length) faults.push('an id occurs twice');
  for (const a of document.querySelectorAll('a[href^="#"]'))
    if (!document.getElementById(a.hash.slice(1))) faults.push(`${a.hash} leads nowhere`);
  for (const [what, there] of [['a language', root.lang], ['a title', document.title],
      ['one h1', document.querySelectorAll('h1').length === 1], ['a main part', document.querySelector('main')]])
    if (!there) faults.push(`there is not ${what}`);
  let level = 1;
  for (const h of document.querySelectorAll('h1, h2, h3, h4')) {
    const own = Number(h.tagName[1]);
    if (own > level + 1) faults.push(`heading "${h.textContent}" skips a level`);
    level = own;
  }
  const rgb = text => (text.match(/[\d.]+/g) || []).map(Number);
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
    .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = e => {
    for (; e; e = e.parentElement) {
      const color = rgb(getComputedStyle(e).backgroundColor);
      if (color.length && color[3] !== 0) return color;
    }
    return [255, 255, 255];
  };
  const faint = new Set();
  for (const e of document.querySelectorAll('body *')) {
    const own = [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
    if (!own || e.closest('[aria-hidden]') || !e.getClientRects().length) continue;
    const style = getComputedStyle(e);
    const [a, b] = [rgb(e.closest('svg') ? style.fill : style.color), behind(e)].map(light);
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (contrast < 4.5) faint.add(`${e.tagName}.${e.getAttribute('class')} has a contrast of ${contrast.toFixed(1)}`);
  }
  return faults.concat([...faint]);
}"""


def look(browser, page_file, shots):
    """All faults of one page."""
    address = page_file.resolve().as_uri()
    faults = []
    for size, (width, height) in SIZES.items():
        for scheme in ("light", "dark"):
            context = browser.new_context(
                viewport={"width": width, "height": height}, color_scheme=scheme, reduced_motion="reduce"
            )
            page = context.new_page()
            seen = []
            page.on("console", lambda message: seen.append(f"console: {message.text}"))
            page.on("pageerror", lambda error: seen.append(f"script: {error}"))
            local = lambda url: url == address or url.startswith("data:")
            page.on("request", lambda request: local(request.url) or seen.append(f"request: {request.url}"))
            page.goto(address)
            seen += page.evaluate(FAULTS)
            page.evaluate("document.querySelectorAll('details').forEach(details => details.open = true)")
            seen += [f"all open: {fault}" for fault in page.evaluate(FAULTS)]
            faults += [f"{page_file.name}, {size}, {scheme}: {fault}" for fault in dict.fromkeys(seen)]
            if shots:
                page.reload()
                whole = page.evaluate("document.documentElement.scrollHeight")
                for piece in range(-(-whole // PIECE)):
                    part = {"x": 0, "y": piece * PIECE, "width": width, "height": min(PIECE, whole - piece * PIECE)}
                    name = f"{page_file.stem}-{size}-{scheme}-{piece}.png"
                    page.screenshot(path=shots / name, clip=part, full_page=True)
                if (size, scheme) == ("desk", "light"):
                    page.pdf(path=shots / f"{page_file.stem}.pdf", prefer_css_page_size=True)
            context.close()
    return faults


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pages", nargs="+", type=pathlib.Path)
    parser.add_argument("--shots", type=pathlib.Path)
    parser.add_argument("--chromium", default=shutil.which("chromium") or shutil.which("google-chrome"))
    options = parser.parse_args()
    if options.shots:
        options.shots.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=options.chromium, args=["--no-sandbox"])
        faults = [fault for page in options.pages for fault in look(browser, page, options.shots)]
        browser.close()
    print("\n".join(faults) or f"{len(options.pages)} pages, no fault")
    sys.exit(min(len(faults), 100))


if __name__ == "__main__":
    main()
