// Turns the screens of a page of pi without a reload, by its links or by keys, and
// copies digits. The page works without this file.
//
// A screen is the page at its address: it is fetched, and the parts of it take the
// places of those that are there. Published digits never change, so what was fetched
// is kept; the next screen is fetched before anybody asks. While digits are still being
// computed the page is live.js's alone: links and keys load the page they lead to, and
// nothing is changed here in the parts that live.js compares with new ones.
'use strict';

(() => {
  const KEPT = 6; // screens
  const KEYS = { ArrowLeft: 'prev', ArrowRight: 'next', Home: 'first', End: 'last' };
  const SEARCH_MOST = 120; // digits that can be searched for

  const part = document.getElementById('live');
  const announcer = document.getElementById('announce');
  const jump = document.getElementById('jump');
  const live = part.dataset.live !== undefined;
  const digits = () => document.getElementById('digits');
  const addressOf = (url) => url.pathname + url.search;

  function announce(text) {
    announcer.textContent = '';
    announcer.textContent = text ?? '';
  }

  // ---- other screens ----

  const screens = new Map(); // address: promise of the page's text; newest last
  let shown = addressOf(location);
  let coming = null; // the address that is being fetched to be shown

  /** The text of the page at ADDRESS, fetched once. */
  function load(address, priority) {
    const known = screens.get(address);
    if (known) return known;
    const text = fetch(address, { headers: { Accept: 'text/html' }, priority }).then((response) => {
      if (!response.ok) throw new Error(`status ${response.status}`);
      return response.text();
    });
    text.catch(() => screens.delete(address));
    screens.set(address, text);
    if (screens.size > KEPT) screens.delete(screens.keys().next().value);
    return text;
  }

  function loadNext() {
    const next = part.querySelector('a[rel=next]');
    if (live || !next || navigator.connection?.saveData) return;
    load(addressOf(next), 'low').catch(() => {});
  }

  /** How to find the link that has the focus again once its section was replaced. */
  function focusedLink() {
    const link = document.activeElement;
    if (link === document.body || !part.contains(link)) return null;
    const section = link.closest('section').id;
    const links = [...document.getElementById(section).querySelectorAll('a, button')];
    return { section, rel: link.rel, label: link.textContent, order: links.indexOf(link) };
  }

  function focusAgain({ section, rel, label, order }) {
    const links = [...document.getElementById(section).querySelectorAll('a[href], button')];
    const opposite = { next: 'prev', last: 'first', prev: 'next', first: 'last' }[rel];
    const same = rel
      ? links.find((link) => link.rel === rel) ?? links.find((link) => link.rel === opposite)
      : links.find((link) => link.textContent !== '' && link.textContent === label);
    (same ?? links[order] ?? document.getElementById('live-bottom')).focus({ preventScroll: true });
  }

  /** Puts the parts of the page TEXT in place of those that are shown. */
  function put(text) {
    const page = new DOMParser().parseFromString(text, 'text/html');
    const fresh = page.getElementById('live');
    if (!fresh) throw new Error('not a page of digits');
    const focused = focusedLink();
    const top = document.getElementById('live-top').getBoundingClientRect().top;
    for (const section of [...fresh.children]) {
      const before = document.getElementById(section.id);
      if (!before) part.append(section);
      else if (!before.isEqualNode(section)) before.replaceWith(section);
    }
    part.dataset.revision = fresh.dataset.revision;
    document.title = page.title;
    document.querySelector('h1').textContent = page.querySelector('h1').textContent;
    if (focused) focusAgain(focused);
    if (top < 0) document.getElementById('live-top').scrollIntoView();
  }

  /** The browser looks for the fragment HASH itself, which makes it the :target, and
   * takes the focus away for it; so the target gets the focus. */
  function goTo(hash) {
    location.replace(hash);
    const target = document.getElementById(hash.slice(1));
    if (!target) return;
    target.tabIndex = -1;
    target.focus({ preventScroll: true });
  }

  /** Shows the screen at URL, and puts it into the history unless that is there already.
   * What cannot be shown here is left to the browser. */
  async function show(url) {
    const address = addressOf(url);
    const isListed = () => addressOf(location) === address;
    coming = address;
    try {
      const text = await load(address);
      if (coming !== address) return; // another one was asked for meanwhile
      put(text);
    } catch {
      if (coming !== address) return;
      coming = null;
      // (Assigning the address that is there already would only look for its fragment.)
      if (isListed()) location.reload();
      else location.assign(url);
      return;
    }
    coming = null;
    shown = address;
    if (!isListed()) history.pushState(null, '', address);
    if (url.hash) goTo(url.hash);
    announce(part.querySelector('.range')?.textContent);
    loadNext();
  }

  function isPlainClick(event) {
    return event.button === 0 && !event.defaultPrevented && !event.altKey && !event.ctrlKey &&
      !event.metaKey && !event.shiftKey;
  }

  document.addEventListener('click', (event) => {
    const link = event.target.closest?.('a[href]');
    if (live || !link || !part.contains(link) || !isPlainClick(event)) return;
    if (link.origin !== location.origin || link.pathname !== location.pathname) return;
    if (addressOf(link) === shown) return; // a fragment of what is shown
    event.preventDefault();
    show(new URL(link.href));
  });

  jump?.addEventListener('submit', (event) => {
    const typed = readPosition(jump.elements.from.value);
    const from = Number(typed);
    const last = Number(location.pathname.slice('/pi/'.length));
    // What is no position, or none here, is the server's, which says what is wrong.
    if (live || typed === null || from > last) return;
    event.preventDefault();
    const url = new URL(location.href);
    url.searchParams.set('from', from);
    url.hash = `p-${from}`;
    show(url);
  });

  addEventListener('popstate', () => {
    const address = addressOf(location);
    if (live || address === coming) return;
    if (address === shown) coming = null; // the one on its way is not wanted any more
    else show(new URL(location.href));
  });

  // A fetch that ends because the page is left must not lead anywhere else. Who comes back
  // to the page, as the browser kept it, finds what its address says.
  addEventListener('pagehide', () => { coming = null; });
  addEventListener('pageshow', ({ persisted }) => {
    if (persisted && !live && addressOf(location) !== shown) show(new URL(location.href));
  });

  // ---- keys ----

  /** True where the key KEY has a meaning of its own. */
  function isTaken(element, key) {
    if (element.closest('input, textarea, select, [contenteditable]')) return true;
    const scroller = key.startsWith('Arrow') && element.closest('#digits');
    return scroller && scroller.scrollWidth > scroller.clientWidth;
  }

  document.addEventListener('keydown', (event) => {
    const rel = KEYS[event.key];
    if (!rel || event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey ||
        event.shiftKey || isTaken(event.target, event.key)) return;
    const link = part.querySelector(`a[rel=${rel}]`);
    if (!link) return;
    event.preventDefault();
    if (live) location.assign(link.href);
    else if (coming !== addressOf(link)) show(new URL(link.href));
  });

  // ---- copying ----

  const withoutGroups = (text) => text.replace(/\s/g, '').replace(/^3\./, '');

  /** Copies TEXT where there is no clipboard to write to: pages without TLS. */
  function copySelected(text, label) {
    const field = document.createElement('textarea');
    field.value = text;
    field.readOnly = true;
    field.setAttribute('aria-label', label);
    digits().before(field);
    field.select();
    const done = document.execCommand('copy');
    if (done) field.remove();
    else field.addEventListener('blur', () => field.remove());
    return done;
  }

  async function copy(button) {
    const text = digits().textContent;
    const wanted = button.dataset.copy === 'groups' ? text.trimEnd() : withoutGroups(text);
    let done = false;
    try {
      await navigator.clipboard.writeText(wanted);
      done = true;
    } catch {
      done = copySelected(wanted, button.textContent);
    }
    if (done) button.focus({ preventScroll: true });
    const outcome = announcer.dataset[done ? 'copied' : 'selected'];
    if (!live) button.closest('.tools').querySelector('.outcome').textContent = outcome;
    announce(outcome);
  }

  document.addEventListener('click', (event) => {
    const button = event.target.closest?.('[data-copy]');
    if (button) copy(button);
  });

  function selectedRange() {
    const selection = getSelection();
    const pre = digits();
    return pre && !selection.isCollapsed && pre.contains(selection.anchorNode) &&
      pre.contains(selection.focusNode) ? selection.getRangeAt(0) : null;
  }

  // What is selected by hand is copied as it is written, not a group in each line.
  document.addEventListener('copy', (event) => {
    const range = selectedRange();
    if (!range) return;
    event.clipboardData.setData('text/plain', range.toString());
    event.preventDefault();
  });

  // ---- what is selected ----

  /** The digits selected, and the position of the first; null: none are. */
  function selected() {
    const range = selectedRange();
    if (!range) return null;
    const pre = digits();
    const all = pre.textContent;
    const head = pre.querySelector('b') ? all.indexOf('\n') : 0; // before position 1
    const before = document.createRange();
    before.setStart(pre, 0);
    before.setEnd(range.startContainer, range.startOffset);
    const start = Math.max(before.toString().length, head);
    const end = before.toString().length + range.toString().length;
    const text = all.slice(start, end).replace(/\s/g, '');
    const position = Number(pre.dataset.from) + all.slice(head, start).replace(/\s/g, '').length;
    return text === '' ? null : { text, position };
  }

  let due = false;
  function showSelected() {
    due = false;
    const chosen = part.querySelector('.chosen');
    if (live || !chosen) return;
    const found = selected();
    chosen.hidden = !found;
    if (!found) return;
    const here = chosen.querySelector('.here');
    const find = chosen.querySelector('.find');
    const url = new URL(location.href);
    const position = found.position.toLocaleString(document.documentElement.lang);
    url.searchParams.set('from', found.position);
    url.searchParams.delete('mark');
    here.hidden = !part.querySelector('.screens'); // only a window of digits is known
    here.href = `${addressOf(url)}#p-${found.position}`;
    here.textContent = here.dataset.text.replace('{position}', position);
    find.hidden = found.text.length > SEARCH_MOST;
    const radix = url.searchParams.get('radix');
    find.href = `/search?q=${found.text}${radix ? `&radix=${radix}` : ''}`;
  }

  // The buttons beside them leave the selection as it is.
  document.addEventListener('mousedown', (event) => {
    if (event.target.closest?.('.tools')) event.preventDefault();
  });

  document.addEventListener('selectionchange', () => {
    if (!due) requestAnimationFrame(showSelected);
    due = true;
  });

  document.documentElement.classList.add('script');
  addEventListener('load', loadNext);
})();
