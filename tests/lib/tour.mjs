// Reads the tour of README.md as a list of acts, so that a test can do what it says.
//
// The section "## A tour" is a paragraph, then numbered steps. In a step, marks tell
// what is meant and the words before them what to do:
//
//   open `ADDRESS`                 the page at that address
//   type `TEXT` into *Field*       a field, by its label; the verb may be left out in
//                                  "…, `TEXT` into *Field* and `TEXT` into *Field*"
//   choose `OPTION` in *Field*     an option of a list, as it is shown
//   press *Button*                 a button, by its name
//   press `Key`                    a key: Home, End, ← or →
//   follow *Link*                  a link, by its name
//   row *Link*                     a row that has that link can be seen, and what is quoted
//                                  from here to the end of the sentence is the whole text
//                                  of a cell of it
//   "text"                         can be seen, if not at once then soon; … stands for
//                                  anything
//   picture *Name*                 an image that is there, by its alternative text;
//   pictures *Name* and *Name*     two of them
//   without a reload               the page is the one that was there when something was
//                                  first seen after the last act
//   [words](contrib/screenshots/NAME.png), or the same as an image: the README's picture
//                                  NAME is taken now; in dark when NAME ends with -dark
//
// A block (seven spaces before each line) holds commands for a shell, and after each one,
// behind "# " in the same line or the next ones, what it prints.
//
// All other words are free; but a mark that no phrase reads, a verb of the above without
// its mark, and a step in which nothing is done or nothing is seen are errors: what the
// test did not understand, it has not tested.

/** What is wrong with a tour, and where. */
export class TourError extends Error {}

const VERBS = ['open', 'type', 'choose', 'press', 'follow', 'row', 'picture', 'pictures'];
const LOOKS = ['see', 'row', 'picture', 'stay', 'shot']; // the acts that change nothing
const SEEN = ['see', 'row', 'picture', 'run'];

// What a phrase is made of (a word, or the kind of a mark), and its acts.
const PHRASES = [
  [['open', 'code'], ([address]) => [{ act: 'open', address }]],
  [['type', 'code', 'into', 'name'], ([text, field]) => [{ act: 'type', text, field }]],
  [['code', 'into', 'name'], ([text, field]) => [{ act: 'type', text, field }]],
  [['choose', 'code', 'in', 'name'], ([option, field]) => [{ act: 'choose', option, field }]],
  [['press', 'name'], ([button]) => [{ act: 'press', button }]],
  [['press', 'code'], ([key]) => [{ act: 'key', key }]],
  [['follow', 'name'], ([link]) => [{ act: 'follow', link }]],
  [['row', 'name'], ([row]) => [{ act: 'row', row }]],
  [['quote'], ([text]) => [{ act: 'see', text }]],
  [['pictures', 'name', 'and', 'name'], (names) => names.map((name) => ({ act: 'picture', name }))],
  [['picture', 'name'], ([name]) => [{ act: 'picture', name }]],
  [['without', 'a', 'reload'], () => [{ act: 'stay' }]],
  [['shot'], ([name]) => [{ act: 'shot', name }]],
];

const MARKS = [
  ['shot', /^!?\[[^\]]*\]\(contrib\/screenshots\/([a-z-]+)\.png\)/],
  ['code', /^`([^`]+)`/],
  ['name', /^\*([^*]+)\*/],
  ['quote', /^"([^"]+)"/],
  ['stop', /^([.!?](?=\s|$))/],
  ['word', /^([^\s`*"[\]().!?,;:]+|[.!?](?=\S))/],
  ['between', /^([\s,;:()]+)/],
];

/** TEXT as a list of {kind, value}: words in lower case, marks as they are. */
function tokens(text) {
  const list = [];
  for (let rest = text; rest; ) {
    const [kind, found] = MARKS.map(([name, pattern]) => [name, pattern.exec(rest)])
      .find(([, match]) => match) ?? [];
    if (!found) throw new TourError(`not a mark of a tour: ${rest.slice(0, 40)}`);
    rest = rest.slice(found[0].length);
    if (kind !== 'between') {
      list.push({ kind, value: kind === 'word' ? found[1].toLowerCase() : found[1], words: found[0] });
    }
  }
  return list;
}

/** The acts of a step's TEXT. */
function actsOf(text) {
  const list = tokens(text.replace(/\s+/g, ' '));
  const acts = [];
  let row;
  for (let i = 0; i < list.length; ) {
    const [parts, make] = PHRASES.find(([pattern]) => pattern.every((part, j) =>
      list[i + j] && (list[i + j].kind === 'word' ? list[i + j].value : list[i + j].kind) === part)) ?? [];
    if (!parts) {
      const { kind, value, words } = list[i];
      if (kind === 'stop') row = undefined;
      else if (kind !== 'word') throw new TourError(`nothing says what to do with ${words}`);
      else if (VERBS.includes(value)) {
        throw new TourError(`nothing to ${value}: ${list.slice(i, i + 4).map((token) => token.words).join(' ')}`);
      }
      i++;
      continue;
    }
    const used = list.slice(i, i + parts.length);
    const words = used.map((token) => token.words).join(' ');
    const values = used.filter(({ kind }) => kind !== 'word').map(({ value }) => value);
    for (const act of make(values)) {
      if (act.act === 'row') row = act.row;
      acts.push(act.act === 'see' ? { ...act, row, words } : { ...act, words });
    }
    i += parts.length;
  }
  return acts;
}

/** The acts of a block of commands. */
function commandsOf(lines) {
  const acts = [];
  let open = false;
  for (const line of lines) {
    const [, command, said] = /^((?:(?!(?:^|\s)# ).)*?)\s*(?:# (.*))?$/.exec(line);
    if (command) {
      if (open) acts.at(-1).command += `\n${command}`;
      else acts.push({ act: 'run', command, output: [] });
      open = command.endsWith('\\');
    }
    if (said === undefined) continue;
    if (!acts.length) throw new TourError(`no command printed: ${said}`);
    acts.at(-1).output.push(said);
  }
  for (const act of acts) {
    if (!act.output.length) throw new TourError(`what does it print: ${act.command}`);
    Object.assign(act, { output: act.output.join('\n'), words: act.command });
  }
  return acts;
}

/** The steps of the tour in MARKDOWN: [{title, acts}], or a TourError that names the step
 * that can't be read. An act is {act, words, ...}, with what it was read from; open has an
 * address, type text and field, choose option and field, press button, key key, follow
 * link, row row, see text and perhaps row, picture and shot name, run command and output;
 * stay has nothing. */
export function parse(markdown) {
  const section = /^## A tour\n([^]*?)(?=^## |(?![^]))/m.exec(markdown)?.[1];
  if (!section) throw new TourError('there is no section "## A tour"');
  const [before, ...items] = section.split(/^(?=\d+\. )/m);
  if (before.trim().split('\n\n').length > 1) throw new TourError('more than a paragraph before the first step');
  if (!items.length) throw new TourError('the tour has no steps');
  return items.map((item, i) => {
    const head = /^(\d+)\. \*\*([^*]+)\*\*/.exec(item);
    try {
      if (!head) throw new TourError('a step begins with a number and its name in bold');
      if (Number(head[1]) !== i + 1) throw new TourError(`it has the number ${head[1]}`);
      const acts = [];
      const parts = `   ${item.slice(head[0].length).trim()}`.split(/\n{2,}/);
      for (const part of parts) {
        const lines = part.split('\n');
        const block = lines.every((line) => line.startsWith(' '.repeat(7)));
        if (!block && lines.some((line) => !/^ {3}\S/.test(line))) {
          throw new TourError(`neither text nor block: ${part}`);
        }
        acts.push(...(block ? commandsOf(lines.map((line) => line.slice(7))) : actsOf(part)));
      }
      if (!acts.some(({ act }) => !LOOKS.includes(act))) {
        throw new TourError('nothing is done');
      }
      if (!SEEN.includes(acts.findLast(({ act }) => !['shot', 'stay'].includes(act)).act)) {
        throw new TourError('nothing is seen at its end');
      }
      return { title: head[2].replace(/\.$/, ''), acts };
    } catch (error) {
      if (error instanceof TourError) throw new TourError(`step ${i + 1}: ${error.message}`);
      throw error;
    }
  });
}

/** A pattern for TEXT in which … stands for anything and, where `loose`, any space or none
 * for a space: numbers are shown in groups. */
export function pattern(text, { loose = false } = {}) {
  return text.split('…').map((part) => part.split(/\s+/)
    .map((word) => word.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')).join(loose ? '\\s*' : '\\s+')).join('[^]*?');
}
