// The rows of the list, kept up to date by live.js, see there.
//
// What somebody looks at stays where it is: a row of the page changes in its place,
// though it begins or ends, and others would be above it now. Rows that are new to the
// page come in where they belong, and those that are gone go. The order of the list
// is restored while nobody looks, when the tab is hidden; and a page that is loaded
// has it.
'use strict';

(() => {
  const { ANEW, announce, groupThousands, keepingFocus, parse, poll } = globalThis.nthpi;
  const STRAY_MOST = 50; // rows that others took the place of and that are still shown
  const COLLECT = 1000; // ms in which what ends is said in one sentence

  const table = document.querySelector('table[data-live]');
  const body = table.tBodies[0];
  const empty = document.getElementById('empty');
  const said = document.getElementById('announce').dataset;
  const title = document.title.replace(/^\(\d+\) /, '');
  const pinned = table.dataset.pinned ? `c-${table.dataset.pinned}` : null;
  let question = table.dataset.live;

  // ---- what has ended ----

  const ended = new Map(); // from status to the sentences about rows that have it now
  let collecting = 0;

  function tellEnded() {
    collecting = 0;
    announce([...ended.values()].map(([first, ...others]) =>
      (others.length === 0 ? first : `${first} ${said.more.replace('{n}', others.length)}`)).join(' '));
    ended.clear();
  }

  /** Notes that ROW, which was as in BEFORE, may have ended; it is said soon, together
   * with others: a text that comes at once would take the place of the last. */
  function note(row, before) {
    const { status } = row.dataset;
    if (before.dataset.status === status || !said[status]) return;
    const cell = (name) => row.querySelector(`.${name}`).textContent;
    const pattern = cell('radix') === '10' ? said[status] : said[`${status}Radix`];
    const sentence = ['position', 'radix', 'digit'].reduce((text, name) => text.replace(`{${name}}`, cell(name)), pattern);
    ended.set(status, [...(ended.get(status) ?? []), sentence]);
    collecting ||= setTimeout(tellEnded, COLLECT);
  }

  // ---- where rows are ----

  const aside = new Map(); // rows of the order that are not shown, by their ids
  let order = null; // the ids of the screen as it would be loaded now

  const find = (id) => document.getElementById(`c-${id}`) ?? aside.get(id);

  /** The rows of the order; the row that the page is about is on top of them. */
  function rowsInOrder() {
    const top = pinned && document.getElementById(pinned);
    const rows = order.map(find);
    return top ? [top, ...rows.filter((row) => row !== top)] : rows;
  }

  /** Shows the rows of the order, in order, and no others. */
  function arrange() {
    let at = body.firstElementChild;
    for (const row of rowsInOrder()) {
      if (row === at) at = at.nextElementSibling;
      else body.insertBefore(row, at);
    }
    while (at) {
      const next = at.nextElementSibling;
      at.remove();
      at = next;
    }
    aside.clear();
  }

  /** Brings in what is new to the page, each before the row that it comes before in the
   * order, and moves nothing else. A row that would be the last waits aside while the
   * page is full. What was pushed off the end goes, unless it is among CHANGED. */
  function join(changed) {
    const rows = rowsInOrder();
    let next = null;
    for (const row of [...rows].reverse()) {
      const full = next === null && body.rows.length >= rows.length;
      if (!row.isConnected && !full) body.insertBefore(row, next);
      if (row.isConnected) next = row;
    }
    const ids = new Set(order);
    while (body.rows.length > rows.length) {
      const last = body.lastElementChild;
      const id = Number(last.dataset.id);
      if (ids.has(id) || last.id === pinned || changed.has(id)) break;
      last.remove();
    }
    for (const [id, row] of aside) if (row.isConnected || !ids.has(id)) aside.delete(id);
  }

  /** Shows what the order asks for, after ANSWER; false: a row of it is not known. */
  function settle(answer) {
    order = answer.order.every(find) ? answer.order : null;
    if (!order) return false;
    const strays = body.rows.length - order.length;
    if (answer.reset || document.hidden || strays > STRAY_MOST) arrange();
    else join(new Set(answer.changed.map(({ id }) => id)));
    return true;
  }

  /** Nothing is known of the order any more. */
  function forget() {
    aside.clear();
    order = null;
  }

  // ---- an answer ----

  function read(html) {
    const row = parse(html).querySelector('tr');
    groupThousands(row);
    row.classList.toggle('highlight', row.id === pinned);
    return row;
  }

  /** Makes SHOWN what ROW says. Cells that say the same stay: a box that is being pressed
   * or a link under a finger would be lost with them. */
  function renew(shown, row) {
    for (const { name, value } of row.attributes) shown.setAttribute(name, value);
    [...row.cells].forEach((cell, i) => {
      if (cell.outerHTML !== shown.cells[i].outerHTML) shown.cells[i].replaceWith(cell);
    });
  }

  function put({ id, html }) {
    const row = read(html);
    const before = document.getElementById(row.id);
    if (!before) {
      aside.set(id, row);
      return;
    }
    note(row, before);
    renew(before, row);
  }

  function leave({ id, html }) {
    const before = document.getElementById(`c-${id}`);
    if (before) note(read(html), before);
  }

  /** Asks for the row on top, too, from now on: others have pushed it off the screen.
   * False: it was asked for already. */
  function askForPinned() {
    const url = new URL(question, location.href);
    if (url.searchParams.has('highlight')) return false;
    url.searchParams.set('highlight', table.dataset.pinned);
    question = url.href;
    return true;
  }

  /** Places in the queue change without their rows. A place that is not told is
   * not known any more; that of the row on top may have to be asked for. True: at once. */
  function tellPlaces(places) {
    let asks = false;
    for (const place of body.querySelectorAll('.place')) {
      const { id } = place.closest('tr').dataset;
      const text = places[id] ?? '';
      if (!text && id === table.dataset.pinned) asks ||= askForPinned();
      else if (place.textContent !== text) place.textContent = text;
    }
    return asks;
  }

  /** The row on top after ANSWER, a reset: what it says was changed, or is asked for, or
   * there is no such row any more. False: ask anew. */
  function keepPinned(answer) {
    const row = pinned && document.getElementById(pinned);
    if (!row || answer.changed.some(({ id }) => `c-${id}` === pinned)) return true;
    if (askForPinned()) return false;
    row.remove();
    return true;
  }

  function countUp(counts) {
    for (const element of document.querySelectorAll('[data-count]')) {
      element.textContent = counts[element.dataset.count] ?? element.textContent;
    }
    document.title = counts.running ? `(${counts.running}) ${title}` : title;
  }

  /** Shows ANSWER; the revision to ask from next. */
  function apply(answer) {
    let whole = true;
    keepingFocus(body, () => {
      answer.left?.forEach(leave);
      // The rows stay, with what is checked in them; those that are not told again go.
      if (answer.reset) {
        aside.clear();
        whole = keepPinned(answer);
      }
      for (const id of answer.removed) find(id)?.remove();
      for (const id of answer.removed) aside.delete(id);
      answer.changed.forEach(put);
      if (table.dataset.ordered || answer.reset) whole = settle(answer) && whole;
      else forget();
    });
    const asks = tellPlaces(answer.queue);
    if (empty) empty.hidden = body.rows.length > 0;
    countUp(answer.counts);
    table.dataset.revision = answer.revision;
    if (!whole) return ANEW;
    return asks ? answer.revision - 1 : answer.revision;
  }

  groupThousands(body);
  document.addEventListener('visibilitychange', () => {
    if (document.hidden && order) keepingFocus(body, arrange);
  });
  poll({
    name: `${table.dataset.live} ${pinned}`,
    question: () => question,
    revision: Number(table.dataset.revision),
    apply,
  });
})();
