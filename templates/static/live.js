// Keeps an open page up to date. The page works without this file.
//
// A poll asks "what changed since revision R?" and may wait for the answer. One
// request is in flight at a time. Where the browser has Web Locks, of all tabs
// with the same question the one that holds the lock polls and tells the others
// (BroadcastChannel), because a browser opens few connections to a site. A
// hidden tab gives the lock away; it listens, and asks once a minute: its title counts
// what runs, also where no row of it does. What an answer changes on the page is a view's
// concern: that of the table is in rows.js, which gets what it needs of this file as
// `nthpi`. And no form is sent twice.
'use strict';

(() => {
  const WAIT = 25; // seconds a poll may wait
  const HIDDEN_EVERY = 60_000;
  const TOO_FAST = 200; // answers that come faster than this, ms, are slowed down
  const BACKOFF_MOST = 10_000;
  const LATER_MOST = 60; // seconds that a site may have us wait before the next try
  const AGAIN_AFTER = 10_000; // ms until a form that was not answered may be sent again
  const ANEW = Number.MAX_SAFE_INTEGER; // a revision that no site has: the answer is a reset
  const LOST_AFTER = (WAIT + 15) * 1000; // a poll that is not answered by then is dead

  const connection = document.getElementById('connection');
  const announcer = document.getElementById('announce');
  const absent = document.getElementById('absent'); // what is said while no daemon is there

  function showConnection(state) {
    if (!connection) return;
    connection.hidden = false;
    connection.dataset.state = state;
    connection.textContent = connection.dataset[state];
  }

  function announce(text) {
    if (announcer && announcer.textContent !== text) announcer.textContent = text;
  }

  /** The address URL of a poll, which says what is shown of an absent daemon. */
  function askingForDaemon(url) {
    const asking = new URL(url, location.href);
    if (absent) asking.searchParams.set('absent', absent.dataset.absent);
    return asking;
  }

  /** True when ANSWER says something else of the daemon than is shown. */
  const daemonMoved = (answer) =>
    absent !== null && answer.absent !== undefined && String(answer.absent) !== absent.dataset.absent;

  function tellDaemon(answer) {
    if (!daemonMoved(answer)) return;
    absent.dataset.absent = answer.absent;
    absent.hidden = !answer.notice;
    absent.textContent = answer.notice;
  }

  // What became of an action is said once: not again by a reload or a bookmark.
  const here = new URL(location.href);
  if (here.searchParams.has('told')) {
    here.searchParams.delete('told');
    here.searchParams.delete('proof');
    history.replaceState(history.state, '', here);
  }

  // Paper tells where it is from.
  addEventListener('beforeprint', () => { document.body.dataset.address = location.href; });

  /** The seconds that ANSWER asks to wait before the next question, 0: none. */
  const laterOf = (answer) => Math.min(LATER_MOST, Number(answer.headers.get('Retry-After')) || 0);

  const sleep = (ms, signal) => new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal?.addEventListener('abort', () => { clearTimeout(timer); resolve(); }, { once: true });
  });

  // ---- the focus ----

  const CONTROLS = 'a[href], button, input, select, textarea, summary, [tabindex]';

  /** Tells the controls of a place apart, before and after it was replaced. */
  const nameOf = (control) => [control.localName, control.getAttribute('href'), control.name,
    control.value, control.form?.getAttribute('action'), control.getAttribute('aria-label')].join(' ');

  function inWindow(element) {
    const { top, bottom } = element.getBoundingClientRect();
    return top >= 0 && bottom <= innerHeight;
  }

  /** Where the focus goes when what had it has gone: the same control, or that of the
   * same column when its row went, or the place itself. Nothing that does something else
   * gets it, because a key may be on its way. */
  function successor(place, name, column) {
    const controls = [...place.querySelectorAll(CONTROLS)];
    const same = controls.find((control) => nameOf(control) === name) ??
      (place.localName === 'tr' ? controls[column] : undefined);
    if (!same && !place.hasAttribute('tabindex')) place.tabIndex = -1;
    return same ?? place;
  }

  /** Runs CHANGE, which may replace, move or remove elements of ROOT, and puts the focus
   * back on what took the place of the focused element. Where somebody walks by keys,
   * that stays in the window when it was there. */
  function keepingFocus(root, change) {
    const focused = document.activeElement;
    const holder = root.contains(focused) ? focused.closest('[id]') : null;
    if (!holder) {
      change();
      return;
    }
    const name = nameOf(focused);
    const column = [...holder.querySelectorAll(CONTROLS)].indexOf(focused);
    const byKeys = focused.matches(':focus-visible') && inWindow(focused);
    const near = [holder];
    for (let e = holder.nextElementSibling; e; e = e.nextElementSibling) near.push(e);
    for (let e = holder.previousElementSibling; e; e = e.previousElementSibling) near.push(e);
    const ids = near.map(({ id }) => id).filter(Boolean);
    change();
    if (document.activeElement === focused) return;
    const place = document.getElementById(ids.find((id) => document.getElementById(id)));
    if (!place) return;
    const now = successor(place, name, column);
    now.focus({ preventScroll: true });
    if (byKeys && !inWindow(now)) now.scrollIntoView({ block: 'nearest' });
  }

  function parse(html) {
    const template = document.createElement('template');
    template.innerHTML = html;
    return template.content;
  }

  /** Thousands of a position in spans, so that style can set them apart; the text
   * stays the plain number. */
  function groupThousands(root) {
    for (const number of root.querySelectorAll('.position a, .pi a, .n')) {
      const [, before, text] = /^(.*?)(\d*)$/.exec(number.textContent);
      if (text.length < 5 || number.firstElementChild) continue;
      const groups = text.split(/(?=(?:\d{3})+$)/);
      number.replaceChildren(before, ...groups.map((group) => {
        const span = document.createElement('span');
        span.textContent = group;
        return span;
      }));
    }
  }

  // ---- the live part of a page about one thing ----

  const OWN = ['open', 'tabindex']; // attributes that the visitor sets, or this file
  const NAMING = ['id', 'class', 'href', 'action', 'name', 'value'];

  /** What NODE itself says, without the elements in it; of a bar nobody sees the text. */
  const words = (node) => node.data?.trim() ?? (node.localName === 'progress' ? ''
    : [...node.childNodes].map(({ data }) => data?.trim()).join(''));

  /** True when A may become B: it is the same kind of thing, leads to the same and says
   * the same itself; what stays would move when the words before it changed. How far a
   * bar has come is all that it says. */
  const alike = (a, b) => a.nodeName === b.nodeName && words(a) === words(b) && NAMING.every((name) =>
    a.getAttribute?.(name) === b.getAttribute?.(name) || (name === 'value' && a.localName === 'progress'));

  /** Makes the node SHOWN what FRESH is, whose parts it may take. What says the same
   * stays, and so does what is alike: with it a link under a finger, what is selected and
   * what is open would be lost. */
  function renew(shown, fresh) {
    if (shown.isEqualNode(fresh)) return;
    if (shown.nodeType !== Node.ELEMENT_NODE) {
      shown.data = fresh.data;
      return;
    }
    for (const name of new Set([...shown.getAttributeNames(), ...fresh.getAttributeNames()])) {
      const value = fresh.getAttribute(name);
      if (OWN.includes(name) || value === shown.getAttribute(name)) continue;
      if (value === null) shown.removeAttribute(name);
      else shown.setAttribute(name, value);
    }
    const before = [...shown.childNodes];
    const now = [...fresh.childNodes];
    let end = null; // what comes after those that are left in both
    for (const fits of [(a, b) => a.isEqualNode(b), alike]) {
      const both = (at) => before.length > 0 && now.length > 0 && fits(before.at(at), now.at(at));
      while (both(0)) renew(before.shift(), now.shift());
      while (both(-1)) renew(end = before.pop(), now.pop());
    }
    for (const node of before) node.remove();
    for (const node of now) shown.insertBefore(node, end);
  }

  function partView(part) {
    return {
      name: part.dataset.live,
      question: () => part.dataset.live,
      revision: Number(part.dataset.revision),
      apply(answer) {
        keepingFocus(part, () => {
          for (const section of [...parse(answer.html).children]) {
            const before = document.getElementById(section.id);
            if (before) renew(before, section);
            else part.append(section);
          }
        });
        part.dataset.revision = answer.revision;
        if (!answer.live) announce(part.querySelector('.badge, .headline')?.textContent ?? '');
        return answer.revision;
      },
    };
  }

  // ---- forms ----

  let sent = new WeakMap(); // from a form to when it was sent

  // Of a double click the browser would drop the first answer, and on a first visit the
  // cookie of the one who asked with it: he could not cancel what he asked for.
  addEventListener('submit', (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== 'post') return;
    const now = performance.now();
    if (now - (sent.get(form) ?? -AGAIN_AFTER) < AGAIN_AFTER) event.preventDefault();
    else sent.set(form, now);
  });
  const answered = () => { sent = new WeakMap(); };
  addEventListener('pageshow', (event) => { if (event.persisted) answered(); });
  // It stops what is on its way.
  addEventListener('keydown', ({ key }) => { if (key === 'Escape') answered(); });

  // ---- polling ----

  function poll(view) {
    const name = `nthpi ${view.name}`;
    const channel = 'BroadcastChannel' in window ? new BroadcastChannel(name) : null;
    let revision = view.revision;
    let stop = null; // ends what is under way
    let over = false; // nothing will change any more

    function take(answer) {
      revision = view.apply(answer);
      tellDaemon(answer);
      over = answer.live === false;
      if (over && connection) connection.hidden = true;
    }

    /** One question, and what is to be done with its answer. */
    async function ask(wait, signal) {
      const since = revision;
      const headers = { Accept: 'application/json', 'If-None-Match': `"${since}"` };
      if (wait) headers.Prefer = `wait=${wait}`;
      const request = new AbortController();
      const end = () => request.abort();
      const timer = setTimeout(end, LOST_AFTER);
      signal.addEventListener('abort', end);
      try {
        const response = await fetch(askingForDaemon(view.question()), { headers, cache: 'no-store', signal: request.signal });
        if (response.status === 304) {
          // Too many wait already: nothing is new, and we shall not ask so soon.
          await sleep(1000 * laterOf(response), signal);
          return;
        }
        if (response.status === 404 || response.status === 410) {
          over = true;
          location.reload(); // what the page is about has gone
          return;
        }
        if (!response.ok) {
          throw Object.assign(new Error(`status ${response.status}`), { later: laterOf(response) });
        }
        const answer = await response.json();
        if (signal.aborted || since !== revision) return; // another tab was quicker
        take(answer);
        channel?.postMessage({ since, answer });
      } finally {
        clearTimeout(timer);
        signal.removeEventListener('abort', end);
      }
    }

    /** Polls until SIGNAL is aborted. */
    async function loop(signal) {
      let failures = 0;
      let wait = 0; // the first answer is at once: it shows that all is well
      while (!signal.aborted && !over) {
        const begun = performance.now();
        try {
          await ask(wait, signal);
          failures = 0;
          if (!over) showConnection('live');
          const early = TOO_FAST - (performance.now() - begun);
          if (wait && early > 0) await sleep(early * (0.5 + Math.random()), signal);
          wait = WAIT;
        } catch (error) {
          if (signal.aborted) return;
          failures++;
          wait = 0;
          if (failures > 1) showConnection('lost');
          const most = Math.min(BACKOFF_MOST, 250 * 2 ** failures);
          await sleep(1000 * (error.later ?? 0) + most * (0.5 + Math.random() / 2), signal);
        }
      }
    }

    async function hiddenLoop(signal) {
      while (!signal.aborted && !over) {
        await sleep(HIDDEN_EVERY, signal);
        if (!signal.aborted) await ask(0, signal).catch(() => {});
      }
    }

    /** Polls when no other tab does; else catches up once and waits its turn. */
    async function shareLoop(signal) {
      const mine = await navigator.locks.request(name, { ifAvailable: true }, async (lock) => {
        if (lock) await loop(signal);
        return lock !== null;
      });
      if (mine || signal.aborted) return;
      await ask(0, signal).then(() => showConnection('live'), () => {});
      await navigator.locks.request(name, { signal }, () => loop(signal)).catch(() => {});
    }

    function start() {
      stop?.abort();
      if (over) return;
      stop = new AbortController();
      const { signal } = stop;
      if (document.hidden) hiddenLoop(signal);
      else if (channel && navigator.locks) shareLoop(signal);
      else loop(signal);
    }

    channel?.addEventListener('message', ({ data: { since, answer } }) => {
      if (over || (answer.revision === revision && !daemonMoved(answer))) return;
      const follows = since <= revision && answer.revision >= revision;
      const missed = since > revision; // something in between
      if (answer.reset || answer.html !== undefined || follows) {
        take(answer);
        showConnection('live');
      } else if (missed && stop) {
        ask(0, stop.signal).catch(() => {});
      }
      if (revision === ANEW && stop) ask(0, stop.signal).catch(() => {});
    });
    document.addEventListener('visibilitychange', start);
    addEventListener('pagehide', () => stop?.abort());
    addEventListener('pageshow', (event) => { if (event.persisted) start(); });
    start();
  }

  const part = document.querySelector('#live[data-live]');
  if (part) poll(partView(part));
  globalThis.nthpi = Object.freeze({ ANEW, announce, groupThousands, keepingFocus, laterOf, parse, poll });
})();
