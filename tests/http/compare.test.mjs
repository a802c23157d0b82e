// How a result was checked, in words, for every kind of check there is; and the same
// digit by different algorithms.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { csrf, element, elements, text } from '../lib/html.mjs';
import { Site, slow, until } from '../lib/site.mjs';

const site = await Site.start({ options: slow.options });
after(() => site.stop());

const html = { headers: { accept: 'text/html' } };
const page = async (path) => {
  const answer = await site.get(path, html);
  assert.equal(answer.status, 200, path);
  return answer.text;
};
const part = (markup, id) => text(element(markup, 'section', { id }).inner);

for (const [name, position, question, ...words] of [
  ['chudnovsky', 2000, { algorithm: 'chudnovsky' }, 'by the BBP formula', 'all 2,015 digits', 'remainder', 'read back'],
  ['chudnovsky in radix 16', 2000, { algorithm: 'chudnovsky', radix: 16 }, 'by the BBP formula', 'remainder'],
  ['spigot', 1500, { algorithm: 'spigot' }, 'All 1,515 digits', 'with the Chudnovsky series', 'Gosper'],
  ['bbp near the start', 3000, { algorithm: 'bbp', radix: 16 }, '16 hexadecimal digits', 'with the Chudnovsky series'],
  ['bbp far out', 100_000, { algorithm: 'bbp', radix: 16 }, 'hexadecimal digits from this position on', 'Bellard'],
  ['what is known already', 1000, {}, 'known here already', 'remainder'],
]) {
  test(`the check of ${name} is explained`, async () => {
    const { id } = await site.ask(position, question);
    await site.waitDone(id);
    const why = part(await page(`/computations/${id}`), 'live-check');
    assert.match(why, /Why this is right/);
    for (const word of words) assert.ok(why.includes(word), `${word} in: ${why}`);
  });
}

test('the worker of a computation is named', async () => {
  const { id } = await site.ask(2100, { algorithm: 'chudnovsky' });
  await site.waitDone(id);
  assert.match(part(await page(`/computations/${id}`), 'live-facts'),
    /process \d+ of the daemon main, [12] threads?/);
});

test('a form on the comparison asks for the digit by another algorithm, and both agree', async () => {
  const { id } = await site.ask(1777, { algorithm: 'chudnovsky' });
  await site.waitDone(id);
  const path = `/computations/${id}/compare`;
  const before = await page(path);
  assert.match(part(before, 'live-verdict'), /nothing to compare with yet/);
  const form = element(before, 'form', { action: path });
  assert.deepEqual(elements(form.inner, 'button').map(({ attributes: { name, value } }) => [name, value]),
    [['algorithm', 'spigot']]);
  const visitor = site.visitor();
  const answer = await visitor.post(path, { csrf: csrf(before), algorithm: 'spigot' });
  assert.equal(answer.status, 303);
  assert.equal(answer.headers.location, path);
  const list = (await site.api('GET', '/api/v1/computations?position=1777')).json().computations;
  const other = list.find(({ algorithm }) => algorithm === 'spigot');
  await site.waitDone(other.id);
  for (const own of [id, other.id]) {
    const markup = await page(`/computations/${own}/compare`);
    assert.match(part(markup, 'live-verdict'), /They agree: different algorithms found the same 16 digits from position 1,777 on\./);
    const results = part(markup, 'live-results');
    assert.equal(results.split('the same').length - 1 >= 2, true, 'both say so');
    assert.ok(results.includes('CPU time') && results.includes('Peak memory'));
    assert.equal(element(markup, 'form', { action: path }), undefined, 'no other one is left');
  }
});

test('what another algorithm would cost stands beside its button, on both pages', async () => {
  const { id } = await site.ask(1888, { radix: 16, algorithm: 'chudnovsky' });
  await site.waitDone(id);
  const about = /^Compute it with bbp a hexadecimal digit without those before it Less than a tenth of a second, once it starts\.$/;
  for (const path of [`/computations/${id}`, `/computations/${id}/compare`]) {
    const offers = async () => elements(await page(path), 'div')
      .filter(({ attributes }) => attributes.class === 'choice').map(({ inner }) => text(inner));
    await until(async () => about.test((await offers()).join()), 'the costs that the daemon tells');
    assert.equal((await offers()).length, 1, path);
  }
  // One click, and both are shown side by side; nothing is left to be asked.
  const visitor = site.visitor();
  const before = await page(`/computations/${id}`);
  const { attributes: { action } } = element(before, 'form', { action: `/computations/${id}/compare` });
  const answer = await visitor.post(action, { csrf: csrf(before), algorithm: 'bbp' });
  assert.equal(answer.headers.location, `/computations/${id}/compare`);
  const after_ = await page(`/computations/${id}`);
  assert.equal(element(after_, 'form', { action }), undefined, 'also without a change of its own row');
});

test('auto beyond the spigot can only be compared where another algorithm goes so far', async () => {
  const { id } = await site.ask(slow.options['limit-spigot'] + 1);
  const markup = await page(`/computations/${id}/compare`);
  assert.equal(part(markup, 'live-verdict'), 'No other algorithm of this site can compute this digit.');
  assert.match(part(markup, 'live-offer'), /^The largest position for spigot.*bbp computes in radix 16 only/);
  assert.doesNotMatch(text(markup), /to compare with yet/, 'none will come');
  const answer = await site.visitor().post(`/computations/${id}/compare`, { algorithm: 'spigot' });
  assert.equal(answer.status, 422);
  assert.match(text(answer.text), /The largest position for spigot in radix 10 is 2,000,000/);
  await site.waitDone(id);
});

test('what is not there is 404, without a token 403', async () => {
  assert.equal((await site.get('/computations/99999/compare', html)).status, 404);
  assert.equal((await site.visitor().post('/computations/99999/compare', { algorithm: 'spigot' })).status, 404);
  const refused = await site.visitor().post('/computations/1/compare', { csrf: 'no', algorithm: 'spigot' });
  assert.equal(refused.status, 403);
  assert.ok(element(refused.text, 'section', { id: 'live-results' }), 'the page again');
});
