// Walks through pages as somebody without a mouse does: with keys only, and at each
// stop looks whether that person can see where they are.
import assert from 'node:assert/strict';
import { until } from './site.mjs';

/** In the page: notes whenever the focus falls to <body> though nobody pressed Tab,
 * which may leave the page. Watched after each change of the document, when the script
 * that made the change is through. */
function watchFocus() {
  window.lostFocus = [];
  let before = null;
  let left = false; // the last key was one that may leave the page
  const look = () => {
    const now = document.activeElement;
    if (now && now !== document.body) before = now;
    else if (before && !left) {
      window.lostFocus.push(before.outerHTML.slice(0, 160));
      before = null;
    }
  };
  addEventListener('keydown', ({ key }) => {
    if (key !== 'Shift') left = key === 'Tab';
    look();
  }, true);
  addEventListener('focusin', () => { left = false; look(); });
  new MutationObserver(() => { look(); requestAnimationFrame(look); })
    .observe(document, { childList: true, subtree: true, attributes: true });
}

/** In the page: what has the focus, and all that is wrong with how it is seen. */
function lookAtFocus() {
  const element = document.activeElement;
  const before = window.lookedAt;
  window.lookedAt = null;
  if (!element || element === document.body) return null;
  window.lookedAt = element;
  const wrong = [];
  const style = getComputedStyle(element);

  const colour = (text) => {
    window.pixel ??= new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
    const context = window.pixel;
    context.clearRect(0, 0, 1, 1);
    context.fillStyle = text;
    context.fillRect(0, 0, 1, 1);
    return context.getImageData(0, 0, 1, 1).data;
  };
  const luminance = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((value) => {
      const part = value / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const contrast = (a, b) => {
    const [x, y] = [luminance(colour(a)), luminance(colour(b))];
    return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
  };
  const behind = (from) => {
    for (let e = from; e; e = e.parentElement) {
      const { backgroundColor } = getComputedStyle(e);
      if (colour(backgroundColor)[3] === 255) return backgroundColor;
    }
    return 'white';
  };

  // A ring of at least two pixels that stands out from what is around it (WCAG 2.2,
  // 2.4.7 and 1.4.11: 3 to 1).
  const ring = style.outlineStyle === 'none' ? 0 : parseFloat(style.outlineWidth);
  if (ring < 2 || !element.matches(':focus-visible')) wrong.push('no ring');
  const offset = parseFloat(style.outlineOffset);
  const ground = behind(offset < 0 ? element : element.parentElement);
  const stands = contrast(style.outlineColor, ground);
  if (ring > 0 && stands < 3) wrong.push(`a ring of contrast ${stands.toFixed(1)}`);

  // All of it is within the window (of what is large, half), and its ring within whatever
  // cuts off.
  const box = element.getBoundingClientRect();
  const { clientWidth: width, clientHeight: height } = document.documentElement;
  const tall = box.height > height / 3;
  const seen = Math.min(box.bottom, height) - Math.max(box.top, 0);
  if (box.width < 1 || box.height < 1) wrong.push('it has no size');
  if (box.left < -1 || box.right > width + 1 ||
      (tall ? seen < Math.min(box.height, height) / 2 : seen < box.height - 1)) {
    wrong.push(`outside of the window: ${[box.left, box.top, box.right, box.bottom].map(Math.round)}`);
  }
  const rects = [...element.getClientRects()];
  const out = ring + offset - 1;
  for (let e = element.parentElement; e && e !== document.body; e = e.parentElement) {
    const { overflowX, overflowY } = getComputedStyle(e);
    const cut = e.getBoundingClientRect();
    if (overflowX !== 'visible' && rects.some(({ left, right }) => left - out < cut.left - 1 || right + out > cut.right + 1)) {
      wrong.push(`the ring is cut off at a side by ${e.tagName} ${e.className}`);
    }
    if (overflowY !== 'visible' && rects.some(({ top, bottom }) => top - out < cut.top - 1 || bottom + out > cut.bottom + 1)) {
      wrong.push(`the ring is cut off above or below by ${e.tagName} ${e.className}`);
    }
  }

  // Nothing lies over it.
  if (!tall) {
    const { left, top, width: w, height: h } = rects[0];
    const hit = document.elementFromPoint(left + w / 2, top + h / 2);
    if (!hit || !(element.contains(hit) || hit.contains(element))) {
      wrong.push(`under ${hit?.outerHTML.slice(0, 80)}`);
    }
  }

  const label = element.labels?.[0]?.textContent;
  const own = element.getAttribute('aria-label') ?? label ?? element.textContent;
  const twins = [...document.querySelectorAll(element.localName)]
    .filter(({ outerHTML }) => outerHTML === element.outerHTML);
  // On the page, not in the window: the window moves from stop to stop. That of the stop
  // before is looked for anew: on a live page it may have moved since.
  const where = (stop) => {
    const rects = [...stop.getClientRects()];
    return {
      place: [...document.querySelectorAll('*')].indexOf(stop),
      left: rects[0].left + scrollX,
      right: rects[0].right + scrollX,
      top: rects[0].top + scrollY,
      bottom: rects.at(-1).bottom + scrollY,
    };
  };
  return {
    here: where(element),
    before: before && before.getClientRects().length > 0
      ? { ...where(before), html: before.outerHTML.slice(0, 160) } : null,
    key: `${twins.indexOf(element)} ${element.outerHTML.slice(0, 300)}`,
    tag: element.localName,
    id: element.id,
    name: own.replace(/\s+/g, ' ').trim(),
    html: element.outerHTML.slice(0, 160),
    value: element.value,
    wrong,
  };
}

/** Why B can't follow A in reading order: lines go down, within a line to the right,
 * and the next column may begin further up. */
function outOfOrder(a, b) {
  if (b.bottom <= a.top + 2 && b.left < a.right) return 'it is above the one before';
  const sameLine = b.top < a.bottom - 2 && a.top < b.bottom - 2;
  if (sameLine && b.right <= a.left + 2) return 'it is left of the one before';
  return null;
}

/** Resolves when PAGE has shown what it has by now: only then browsers move the focus to
 * a field that asks for it, and to the fragment of an address. */
function shown(page) {
  return page.evaluate(() => new Promise((resolve) => {
    requestAnimationFrame(() => requestAnimationFrame(() => resolve()));
  }));
}

export class Walker {
  /** PAGE has not been anywhere yet. */
  static async start(page) {
    await page.addInitScript(watchFocus);
    return new Walker(page);
  }

  constructor(page) {
    this.page = page;
    this.stops = 0; // how many were looked at
  }

  async goto(url) {
    await this.page.goto(url);
    await shown(this.page);
  }

  /** What has the focus, which must be seen; null: nothing has. */
  async look(how = '') {
    const found = await this.page.evaluate(lookAtFocus);
    if (!found) return null;
    this.stops++;
    assert.deepEqual(found.wrong, [], `${this.page.url()} ${how}: ${found.html}`);
    return found;
  }

  /** Presses Tab, or Shift+Tab. Null: it has left the page's last (first) stop. */
  async tab(key = 'Tab') {
    await this.page.keyboard.press(key);
    const now = await this.look(key);
    if (now?.before) {
      const [from, to] = key === 'Tab' ? [now.before, now.here] : [now.here, now.before];
      if (from.place < to.place) {
        const why = outOfOrder(from, to);
        assert.equal(why, null, `${this.page.url()}: ${now.html}, ${key} from ${now.before.html}: ${why}`);
      }
    }
    return now;
  }

  /** Presses KEY until the focus is on what fits SELECTOR and has the name NAME (text
   * or pattern; any, when it is left out). */
  async to(selector, name, key = 'Tab') {
    const fits = (stop) => name === undefined || (typeof name === 'string' ? stop.name === name : name.test(stop.name));
    const passed = [];
    for (let i = 0, left = 0; i < 400 && left < 2; i++) {
      const stop = await this.tab(key);
      if (!stop) {
        left++;
        continue;
      }
      passed.push(stop.name || stop.tag);
      if (fits(stop) && await this.page.evaluate((wanted) => document.activeElement.matches(wanted), selector)) return stop;
    }
    throw new Error(`${this.page.url()}: no way to ${selector} ${name ?? ''} with ${key}, only to ${passed.join(', ')}`);
  }

  /** Every stop of the page from its start to its end, by KEY. */
  async all(key = 'Tab') {
    const stops = [];
    for (let i = 0; i < 400; i++) {
      const stop = await this.tab(key);
      if (!stop) {
        if (stops.length) return stops;
        continue;
      }
      if (stop.key === stops[0]?.key) return stops; // around the corner
      assert.ok(!stops.some((other) => other.key === stop.key), `${this.page.url()}: twice at ${stop.html}`);
      stops.push(stop);
    }
    throw new Error(`${this.page.url()}: Tab never leaves the page`);
  }

  press(key) {
    return this.page.keyboard.press(key);
  }

  type(text) {
    return this.page.keyboard.type(text);
  }

  /** Presses Enter, which leads to a page whose address fits PATTERN, be it for a moment. */
  async follow(pattern) {
    await this.kept();
    await Promise.all([
      this.page.waitForURL((url) => pattern.test(url.pathname + url.search + url.hash)),
      this.page.waitForEvent('load'),
      this.press('Enter'),
    ]);
    await shown(this.page);
  }

  /** Presses Enter, which leads to another place of the page: that of the fragment HASH. */
  async jump(hash) {
    await Promise.all([this.page.waitForURL((url) => url.hash === hash), this.press('Enter')]);
    await shown(this.page);
  }

  /** The focus never fell to <body> on this page, and is on what fits SELECTOR. */
  async kept(selector) {
    assert.deepEqual(await this.page.evaluate(() => window.lostFocus), [], `${this.page.url()}: the focus was lost`);
    if (selector) {
      await until(() => this.page.evaluate((wanted) => document.activeElement.matches(wanted), selector), `the focus on ${selector}`);
      await this.look();
    }
  }
}
