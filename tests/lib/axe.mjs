// What keeps people out of a page, as the rules of axe-core find it: https://github.com/
// dequelabs/axe-core. It is put beside the page's own scripts, into a world that sees the
// same document: the page's Content-Security-Policy stays as it is and says nothing to it.
import fs from 'node:fs';
import { createRequire } from 'node:module';

const source = fs.readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** WCAG 2.2 at levels A and AA, and what is good practice besides. */
const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

// Colours as axe judges them, but of one character and of arrows, too: it takes these for
// what may be no text, and leaves them to us. (The numbers are those of WCAG 1.4.3.)
const contrast = {
  ignoreLength: true,
  ignoreUnicode: false,
  ignorePseudo: false,
  boldValue: 700,
  boldTextPt: 14,
  largeTextPt: 18,
  contrastRatio: { normal: { expected: 4.5 }, large: { expected: 3 } },
  pseudoSizeThreshold: 0.25,
  shadowOutlineEmMax: 0.2,
  textStrokeEmMin: 0.03,
};
const settings = { checks: [{ id: 'color-contrast', options: contrast }] };
const options = {
  runOnly: { type: 'tag', values: rules },
  resultTypes: ['violations', 'incomplete'],
  // Nothing of a page is in a frame, and nothing of it is fetched once more.
  iframes: false,
  preload: false,
};

// Of many elements that are alike the first ones.
const context = {
  include: 'html',
  exclude: ['#computations tbody tr:nth-child(n + 12)', '#digits :nth-of-type(n + 41)',
    '.numbers tr:nth-child(n + 12)'],
};

/** Axe for the documents of one tab; it lives as long as PAGE. */
export async function axeFor(page) {
  const session = await page.context().newCDPSession(page);
  const { frameTree } = await session.send('Page.getFrameTree');

  async function evaluate(contextId, expression) {
    const { result, exceptionDetails } = await session.send('Runtime.evaluate', {
      contextId, expression, awaitPromise: true, returnByValue: true,
    });
    if (exceptionDetails) {
      throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    }
    return result.value;
  }

  /**
   * Looks at what PAGE shows now. Resolves to what is wrong and to what axe cannot tell
   * (not `sure`), by rule and element: {rule, target, html, why, sure}.
   */
  return async () => {
    const { executionContextId } = await session.send('Page.createIsolatedWorld', {
      frameId: frameTree.frame.id, worldName: 'axe',
    });
    await evaluate(executionContextId, `${source}; axe.configure(${JSON.stringify(settings)})`);
    const { violations, incomplete } = await evaluate(executionContextId,
      `axe.run(${JSON.stringify(context)}, ${JSON.stringify(options)})`);
    const list = (found, sure) => found.flatMap(({ id, nodes }) =>
      nodes.map(({ target, html, any, all, none }) => ({
        rule: id,
        target: target.join(' '),
        html: html.slice(0, 200),
        why: [...any, ...all, ...none].map(({ message }) => message).join('; '),
        sure,
      })));
    return [...list(violations, true), ...list(incomplete, false)];
  };
}
