// Searches while one types: asks for the very page that the form leads to, and takes
// the result out of it. One request is in flight; what was typed meanwhile comes next.
// What cannot be searched for is not asked: the page has the words for it. While the
// site has no time it is asked again, when it says. The page works without this file.
'use strict';

(() => {
  const PAUSE = 200; // ms without a key before a question
  const TRIES = 4;
  const LATER_LEAST = 500; // ms until the second try, twice as long until the next
  const LATER_MOST = 10_000;
  const LOST_AFTER = 30_000;
  const PARTS = ['result', 'complaint', 'searched'];

  const form = document.getElementById('search');
  const field = document.getElementById('q');
  const radix = document.getElementById('radix');
  const announcer = document.getElementById('announce');
  const result = document.getElementById('result');
  const complaint = document.getElementById('complaint');
  let asking = false;
  // The browser may have kept a choice that is not answered yet.
  let shown = addressOf(field.defaultValue, [...radix.options].find((option) => option.defaultSelected)?.value ?? '10');
  let failures = 0; // questions in a row without an answer
  let earliest = 0; // when the next one may be asked
  let timer = 0;

  /** The page for the digits TYPED in the radix CHOSEN. */
  function addressOf(typed, chosen) {
    const query = new URLSearchParams();
    if (typed.trim()) query.set('q', typed.trim());
    if (chosen !== '10') query.set('radix', chosen);
    const text = query.toString();
    return text ? `/search?${text}` : '/search';
  }

  /** The page for what stands in the form. */
  const address = () => addressOf(field.value, radix.value);

  /** Puts CONTENT into PART; a link that had the focus there gives it to its like, or to
   * the field. */
  function put(part, content) {
    const focused = part.contains(document.activeElement) ? document.activeElement : null;
    part.replaceChildren(...content);
    if (!focused) return;
    const like = [...part.querySelectorAll('a')].find(({ textContent }) => textContent === focused.textContent);
    (like ?? field).focus({ preventScroll: true });
  }

  /** Why what was typed cannot be searched for, as a key of the complaint's texts; or
   * null, also for rare characters, which only the site knows. See search_parse(). */
  function mistake() {
    const typed = field.value.trim();
    const digit = radix.value === '16' ? /[0-9a-f]/i : /[0-9]/;
    let length = 0;
    for (const c of typed) {
      if (digit.test(c)) {
        if (++length > Number(complaint.dataset.most)) return 'tooLong';
      } else if (/[a-f]/i.test(c)) {
        return 'letters';
      } else if (!/[ \t-\r.,\-/:_'"]/.test(c)) {
        if (!/[!-~]|\p{L}/u.test(c)) return null;
        return radix.value === '16' ? 'strangeHex' : 'strange';
      }
    }
    return typed && length === 0 ? 'empty' : null;
  }

  /** Says what is on the page now. */
  function tell() {
    const bad = document.getElementById('q-error');
    field.toggleAttribute('aria-invalid', Boolean(bad));
    if (bad) field.setAttribute('aria-invalid', 'true');
    field.setAttribute('aria-describedby', bad ? 'searched q-error' : 'searched');
    const told = [document.querySelector('#beginning .message'), document.getElementById('headline'), complaint.firstElementChild];
    announcer.textContent = told.flatMap((element) => element?.textContent ?? []).join(' ');
  }

  function show(html) {
    const page = new DOMParser().parseFromString(html, 'text/html');
    for (const id of PARTS) {
      const part = page.getElementById(id);
      if (part) put(document.getElementById(id), part.childNodes);
    }
    document.title = page.title;
    tell();
  }

  /** The page without a result, and with TEXT; it is about the field when ABOUT. */
  function complain(text, about) {
    const p = document.createElement('p');
    p.className = 'error';
    if (about) Object.assign(p, { id: 'q-error' }).dataset.field = 'q';
    p.textContent = text;
    put(result, []);
    put(complaint, [p]);
    document.title = `${document.querySelector('h1').textContent} · nthpi`;
    tell();
  }

  /** The text of the page WANTED; or an error, with `later` when it may go away: in so
   * many ms. */
  async function load(wanted) {
    const later = LATER_LEAST * 2 ** failures;
    const answer = await fetch(wanted, { headers: { Accept: 'text/html' }, signal: AbortSignal.timeout(LOST_AFTER) })
      .catch((error) => { throw Object.assign(new Error(error.message), { later }); });
    if (answer.status === 200 || answer.status === 400) return answer.text();
    const asked = 1000 * (Number(answer.headers.get('Retry-After')) || 0);
    const passing = answer.status === 429 || answer.status >= 500;
    throw Object.assign(new Error(`status ${answer.status}`), passing ? { later: Math.max(later, asked) } : {});
  }

  /** Shows the answer to WANTED; false: there is none yet. */
  async function answer(wanted) {
    const wrong = mistake();
    if (wrong) {
      complain(complaint.dataset[wrong], true);
      return true;
    }
    try {
      show(await load(wanted));
    } catch ({ later }) {
      failures++;
      earliest = performance.now() + Math.min(later ?? 0, LATER_MOST);
      if (later && failures < TRIES) return false;
      complain(complaint.dataset.failed, false);
    }
    failures = 0;
    return true;
  }

  async function ask() {
    const wanted = address();
    if (asking) return;
    if (wanted === shown) {
      result.removeAttribute('aria-busy');
      return;
    }
    result.setAttribute('aria-busy', 'true');
    const early = earliest - performance.now();
    if (early > 0 && !mistake()) {
      soon(early);
      return;
    }
    asking = true;
    if (await answer(wanted)) {
      shown = wanted;
      history.replaceState(null, '', wanted);
    }
    asking = false;
    soon(address() === shown ? 0 : PAUSE);
  }

  function soon(pause) {
    clearTimeout(timer);
    timer = setTimeout(ask, pause);
  }

  function typed() {
    failures = 0;
    soon(PAUSE);
  }

  field.addEventListener('input', typed);
  radix.addEventListener('change', typed);
  form.addEventListener('submit', () => clearTimeout(timer));
  addEventListener('pageshow', () => soon(0));
})();
