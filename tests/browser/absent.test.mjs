// An open page learns, without a reload, that nothing is being computed any more, and
// that it is again: in each of several tabs.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import { launch, navigations, open, picture } from '../lib/browser.mjs';
import { endless } from '../lib/pause.mjs';
import { Site, until } from '../lib/site.mjs';

const run = promisify(execFile);
const site = await Site.start({ options: endless.options });
after(() => site.stop());
const browser = await launch();
after(() => browser.close());

const notice = (page) => page.locator('#absent');

test('the notice comes and goes on open pages', async () => {
  await site.waitDone((await site.ask(100)).id);
  const list = await open(browser, { viewport: { width: 1280, height: 800 } });
  await list.goto(`${site.url}/`);
  await site.ask(endless.position, endless.question);
  const { id } = await site.ask(endless.position + 1, endless.question);
  const second = await list.context().newPage();
  const detail = await list.context().newPage();
  await second.goto(`${site.url}/`);
  await detail.goto(`${site.url}/computations/${id}`);
  const pages = [list, second, detail];
  const visits = pages.map((page) => navigations(page));
  for (const page of pages) assert.ok(await notice(page).isHidden());

  await site.kill('daemon');
  site.processes.delete('daemon');
  await run('sqlite3', ['-cmd', '.timeout 5000', site.database,
    "UPDATE meta SET value = value - 300000000 WHERE key GLOB 'heartbeat:*'"]);
  for (const page of pages) {
    await page.bringToFront();
    await until(() => notice(page).isVisible(), 'the notice');
    assert.match(await notice(page).innerText(), /^Nothing is being computed at the moment: .* ([5-9]|\d\d) minutes/);
  }
  await list.bringToFront();
  await list.locator('#position').fill('5000000');
  await until(async () => await list.locator('#estimate').innerText() !== '', 'an estimate');
  await list.locator('#position').fill('5');
  await until(async () => await list.locator('#estimate').innerText() === '', 'no promise');
  await picture(list, 'absent-1280');

  site.start('daemon');
  for (const page of pages) {
    await page.bringToFront();
    await until(() => notice(page).isHidden(), 'the notice to go');
  }
  await list.bringToFront();
  await list.locator('#position').fill('6');
  await until(async () => /at once/.test(await list.locator('#estimate').innerText()), 'the promise');
  assert.deepEqual(visits.map(({ n }) => n), [0, 0, 0], 'no page was loaded again');
  await list.context().close();
});
