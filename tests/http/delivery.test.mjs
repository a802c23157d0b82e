// GET /v1/pi, the API of pi.delivery.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { pi } from '../lib/pi.mjs';
import { Site } from '../lib/site.mjs';

const site = await Site.start();
after(() => site.stop());

await site.waitDone((await site.ask(5000)).id);
await site.waitDone((await site.ask(200, { radix: 16 })).id);
const known = (await pi(5000)).replace('.', '');

async function content(query) {
  const answer = await site.get(`/v1/pi${query}`);
  assert.equal(answer.status, 200, `${query}: ${answer.text}`);
  assert.match(answer.headers['content-type'], /^application\/json/);
  assert.equal(answer.headers['access-control-allow-origin'], '*');
  return answer.json().content;
}

test('digits from a start, which counts the 3 as 0', async () => {
  assert.equal(await content('?start=0&numberOfDigits=10'), '3141592653');
  assert.equal(await content('?start=1&numberOfDigits=5'), '14159');
  assert.equal(await content('?start=762&numberOfDigits=6'), '999999');
  assert.equal(await content('?start=4000&numberOfDigits=1000'), known.slice(4000, 5000));
  assert.equal(await content('?start=5000&numberOfDigits=1'), known[5000]);
});

test('defaults: start 0, 100 digits, radix 10', async () => {
  assert.equal(await content('?start=0'), known.slice(0, 100));
  assert.equal(await content('?start=50'), known.slice(50, 150));
});

test('radix 16', async () => {
  assert.equal(await content('?start=0&numberOfDigits=17&radix=16'), '3243f6a8885a308d3');
});

const bad = [
  ['?start=-1', /negative/i],
  ['?start=0&numberOfDigits=-5', /negative/i],
  ['?start=x', /invalid/i],
  ['?start=1.5', /invalid/i],
  ['?start=0&numberOfDigits=ten', /invalid/i],
  ['?start=0&numberOfDigits=1001', /too big/i],
  ['?start=0&numberOfDigits=99999999999999999999', /too big|invalid/i],
  ['?start=5001&numberOfDigits=1', /out of range/i],
  ['?start=4990&numberOfDigits=100', /out of range/i],
  ['?start=99999999999999999999', /out of range|too big|invalid/i],
  ['?start=0&radix=8', /radix/i],
  ['?start=0&radix=x', /radix/i],
];
for (const [query, words] of bad) {
  test(`400 in plain text: ${query}`, async () => {
    const answer = await site.get(`/v1/pi${query}`);
    assert.equal(answer.status, 400);
    assert.match(answer.headers['content-type'], /^text\/plain/);
    assert.match(answer.text, words);
    assert.equal(answer.headers['access-control-allow-origin'], '*');
    const browser = await site.get(`/v1/pi${query}`, { headers: { accept: 'text/html' } });
    assert.deepEqual([browser.status, browser.headers['content-type'], browser.text],
      [400, answer.headers['content-type'], answer.text], 'to a browser, too');
  });
}

test('out of range says how many digits are known', async () => {
  const answer = await site.get('/v1/pi?start=6000');
  assert.match(answer.text.replace(/(?<=\d)[, ](?=\d{3})/g, ''), /500[01]/);
});
