// What tests read out of pages: rows, forms, messages. Only the hooks that the
// pages promise to tests are used, never their looks.

const entities = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: '\u00a0' };

/** Text with its character references decoded. */
export function decode(text) {
  return text.replace(/&(#x[0-9a-f]+|#\d+|[a-z]+);/gi, (whole, name) => {
    if (name[0] !== '#') return entities[name] ?? whole;
    const code = name[1] === 'x' || name[1] === 'X' ? parseInt(name.slice(2), 16) : Number(name.slice(1));
    return String.fromCodePoint(code);
  });
}

/** The visible text of a piece of HTML, white space folded. */
export function text(html) {
  return decode(html.replace(/<[^>]*>/g, ' ')).replace(/\s+/g, ' ').trim();
}

/** The attributes of a start tag as an object. */
export function attributes(tag) {
  const result = {};
  const inside = tag.replace(/^<[a-z0-9]+/i, '').replace(/\/?>$/, '');
  for (const [, name, quoted, plain] of inside.matchAll(/([a-z][a-z0-9-]*)(?:\s*=\s*(?:"([^"]*)"|([^\s"'>]+)))?/gi)) {
    result[name] = decode(quoted ?? plain ?? '');
  }
  return result;
}

/** Every element NAME without nested elements of the same name, as
 * {attributes, inner, outer}. */
export function elements(html, name) {
  const open = `<${name}(?=[\\s>])(?:[^>"]|"[^"]*")*>`;
  const found = html.matchAll(new RegExp(`(${open})([\\s\\S]*?)</${name}>`, 'gi'));
  return [...found].map(([outer, tag, inner]) => ({ attributes: attributes(tag), inner, outer }));
}

/** Start tags of void elements such as input. */
export function tags(html, name) {
  const found = html.matchAll(new RegExp(`<${name}(?=[\\s/>])(?:[^>"]|"[^"]*")*>`, 'gi'));
  return [...found].map(([tag]) => attributes(tag));
}

/** The first element NAME whose attributes include WANTED, or undefined. */
export function element(html, name, wanted = {}) {
  return elements(html, name).find(({ attributes: own }) =>
    Object.entries(wanted).every(([key, value]) => own[key] === String(value)));
}

/** The CSRF token of the first form that has one. */
export function csrf(html) {
  const field = tags(html, 'input').find((input) => input.name === 'csrf');
  if (!field?.value) throw new Error(`no CSRF token in the page: ${html.slice(0, 500)}`);
  return field.value;
}

/** The address that a page without JavaScript loads again by itself, or undefined. */
export function reload(html) {
  const meta = tags(html, 'meta').find((own) => own['http-equiv'] === 'refresh');
  return meta?.content.replace(/^\d+; url=/, '');
}

/** A table row as {id, status, revision, cells}: cells hold visible text by
 * class name. */
export function row(html) {
  const [found] = elements(html, 'tr');
  if (!found) throw new Error(`not a row: ${html.slice(0, 200)}`);
  const own = found.attributes;
  const cells = {};
  // A cell ends where the next begins.
  for (const [, tag, inner] of found.inner.matchAll(/(<t[dh](?=[\s>])(?:[^>"]|"[^"]*")*>)([^]*?)(?=<t[dh][\s>]|$)/g)) {
    for (const name of (attributes(tag).class ?? '').split(/\s+/)) {
      if (name) cells[name] = { text: text(inner), html: inner };
    }
  }
  return {
    id: Number(own['data-id']),
    domId: own.id,
    status: own['data-status'],
    revision: Number(own['data-revision']),
    cells,
    html: found.outer,
  };
}

/** The rows of table#computations, in the page's order. */
export function rows(page) {
  const table = element(page, 'table', { id: 'computations' });
  if (!table) throw new Error('the page has no table#computations');
  return elements(table.inner, 'tr')
    .filter((found) => found.attributes['data-id'] !== undefined)
    .map((found) => row(found.outer));
}

/** The error messages of a form by field name, as visible text. */
export function errors(page) {
  const result = {};
  for (const name of ['p', 'span', 'div', 'li', 'strong', 'small', 'output']) {
    for (const found of elements(page, name)) {
      const field = found.attributes['data-field'];
      if (field !== undefined && /(^|\s)error(\s|$)/.test(found.attributes.class ?? '')) {
        result[field] = text(found.inner);
      }
    }
  }
  return result;
}

/** What form#new shows as filled in: {position, radix, algorithm}. */
export function filled(page) {
  const found = element(page, 'form', { id: 'new' });
  if (!found) throw new Error('the page has no form#new');
  const result = {};
  for (const input of tags(found.inner, 'input')) {
    if (input.type === 'radio' || input.type === 'checkbox') {
      if ('checked' in input) result[input.name] = input.value;
    } else if (input.name) {
      result[input.name] = input.value ?? '';
    }
  }
  for (const select of elements(found.inner, 'select')) {
    const options = elements(select.inner, 'option');
    const chosen = options.find((option) => 'selected' in option.attributes) ?? options[0];
    result[select.attributes.name] = chosen?.attributes.value ?? text(chosen?.inner ?? '');
  }
  return result;
}
