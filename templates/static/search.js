// Searches while one types: asks for the very page that the form leads to, and takes
// the result out of it. One request is in flight; what was typed meanwhile comes next.
// The page works without this file.
'use strict';

(() => {
  const PAUSE = 200; // ms without a key before a question
  const PARTS = ['result', 'complaint', 'searched'];

  const form = document.getElementById('search');
  const field = document.getElementById('q');
  const radix = document.getElementById('radix');
  const announcer = document.getElementById('announce');
  let asking = false;
  let shown = address();
  let timer = 0;

  /** The page for what stands in the form. */
  function address() {
    const query = new URLSearchParams();
    if (field.value.trim()) query.set('q', field.value.trim());
    if (radix.value !== '10') query.set('radix', radix.value);
    const text = query.toString();
    return text ? `/search?${text}` : '/search';
  }

  /** Puts CONTENT into PART; a link that had the focus there gives it to its like, or to
   * the field. */
  function put(part, content) {
    const focused = part.contains(document.activeElement) ? document.activeElement : null;
    part.replaceChildren(...content);
    if (!focused) return;
    const like = [...part.querySelectorAll('a')].find(({ textContent }) => textContent === focused.textContent);
    (like ?? field).focus({ preventScroll: true });
  }

  function show(html) {
    const page = new DOMParser().parseFromString(html, 'text/html');
    for (const id of PARTS) {
      const part = page.getElementById(id);
      if (part) put(document.getElementById(id), part.childNodes);
    }
    const bad = document.getElementById('q-error');
    field.toggleAttribute('aria-invalid', Boolean(bad));
    if (bad) field.setAttribute('aria-invalid', 'true');
    field.setAttribute('aria-describedby', bad ? 'searched q-error' : 'searched');
    announcer.textContent = (document.getElementById('headline') ?? bad)?.textContent ?? '';
    document.title = page.title;
  }

  async function ask() {
    const wanted = address();
    if (asking || wanted === shown) return;
    asking = true;
    document.body.classList.add('searching');
    try {
      const answer = await fetch(wanted, { headers: { Accept: 'text/html' } });
      if (answer.status === 200 || answer.status === 400) {
        show(await answer.text());
        history.replaceState(null, '', wanted);
      }
    } catch {
      // The button still works, and says what is wrong.
    }
    shown = wanted;
    asking = false;
    document.body.classList.remove('searching');
    if (address() !== shown) soon();
  }

  function soon() {
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE);
  }

  /** The order in which the visitor's own language writes a date: "dmy". */
  function ownOrder() {
    const parts = new Intl.DateTimeFormat(navigator.language).formatToParts(new Date());
    return parts.map(({ type }) => ({ day: 'd', month: 'm', year: 'y' })[type] ?? '').join('');
  }

  const order = document.getElementById('order');
  if (!new URLSearchParams(location.search).has('order')) {
    for (const option of order.options) if (option.value === ownOrder()) order.value = option.value;
  }

  field.addEventListener('input', soon);
  radix.addEventListener('change', soon);
  form.addEventListener('submit', () => clearTimeout(timer));
})();
