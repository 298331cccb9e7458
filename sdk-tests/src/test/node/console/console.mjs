// The console in a real browser, through an incident. The service behind it is the Scene of ConsoleInChromiumTest, which does what
// it is told at CONSOLE_CONTROL. One browser for all; the tests follow each other as the evening does.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import test, { after, before } from 'node:test';
import { chromium } from 'playwright-core';

const { CONSOLE_URL: url, CONSOLE_CONTROL: control, CONSOLE_TOKEN: token, CONSOLE_PICTURES: pictures, CHROMIUM: executablePath } = process.env;
const secrets = JSON.parse(process.env.CONSOLE_SECRETS);
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

let browser;
let desk; // a page that stays open all the evening
const complaints = [];
const strangers = [];

/** What is expected to be complained about: a refusal that was asked for, a server that was taken away. */
let forgiven = null;

function watch(page) {
  page.on('console', (message) => {
    if (!forgiven?.test(message.text())) complaints.push(`${message.type()}: ${message.text()}`);
  });
  page.on('pageerror', (error) => complaints.push(String(error.stack)));
  page.on('request', (request) => {
    if (!request.url().startsWith(url) && !request.url().startsWith('data:')) strangers.push(request.url());
  });
  return page;
}

async function open(width, scheme, hash = '', options = {}) {
  const context = await browser.newContext({ viewport: { width, height: width < 500 ? 800 : 1000 }, colorScheme: scheme, reducedMotion: 'reduce', ...options });
  const page = watch(await context.newPage());
  page.setDefaultTimeout(15_000);
  await page.goto(url + hash);
  return page;
}

async function tell(what) {
  const response = await fetch(`${control}${what}`, { method: 'POST' });
  assert.equal(response.status, 200);
}

const OUTSIDE = () => [...document.body.querySelectorAll('*')]
  .filter((e) => !e.closest('.scroll, .hidden, .skip, thead, dialog') && e.getBoundingClientRect().right > innerWidth + 1)
  .map((e) => `${e.tagName}.${e.getAttribute('class')} ${e.textContent.slice(0, 40)}`);

/** On a phone and on a desk, by day and by night; nothing is to the right of the page. */
async function picture(name, hash, ready) {
  const page = await open(1600, 'light', hash);
  await ready(page);
  for (const width of [1600, 380]) {
    await page.setViewportSize({ width, height: width === 380 ? 800 : 1000 });
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme });
      await page.screenshot({ path: `${pictures}/${name}-${width}-${colorScheme}.png`, fullPage: true });
    }
    assert.deepEqual(await page.evaluate(OUTSIDE), [], `to the right of the page: ${name} at ${width}`);
    assert.equal(await page.evaluate(() => document.scrollingElement.scrollWidth > innerWidth), false, `${name} scrolls sideways at ${width}`);
  }
  await page.context().close();
}

/** What axe-core finds: names, roles, landmarks, headings, tables; and contrast by day and by night. */
async function accessible(page, what) {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe);
  const find = (options) => page.evaluate((o) => window.axe.run(document, { resultTypes: ['violations'], ...o }), options);
  const told = ({ violations }) => violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html).slice(0, 3).join(' | ')}`);
  assert.deepEqual(told(await find({})), [], what);
  await page.emulateMedia({ colorScheme: 'dark' });
  assert.deepEqual(told(await find({ runOnly: ['color-contrast'] })), [], `${what} in the dark`);
  await page.emulateMedia({ colorScheme: 'light' });
}

const headline = (page) => page.locator('#situation .headline');
const rowOf = (page, agent) => page.getByRole('row', { name: new RegExp(agent) });
const rows = (page) => page.getByRole('table', { name: 'Agents' }).waitFor();
const details = (page) => page.getByRole('heading', { name: 'Evidence against the candidate' }).waitFor();

before(async () => {
  mkdirSync(pictures, { recursive: true });
  browser = await chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-dev-shm-usage', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
  desk = await open(1600, 'light');
});

after(() => browser?.close());

test('the rows say how each agent is', async () => {
  await rows(desk);
  await headline(desk).getByText('All 5 agents answer as intended; candidates serve in qa_agent at 25').waitFor();
  const qa = rowOf(desk, 'qa_agent');
  assert.equal(await qa.getByRole('rowheader').count(), 1);
  assert.deepEqual(await desk.getByRole('columnheader').allTextContents(), ['Agent', 'Health', "Candidate's share", 'p95', 'Fallbacks', 'Errors', 'Breakers', 'Cost', 'Last hour']);
  const words = (await qa.textContent()).replace(/\s/g, ' ');
  for (const part of ['open-mistral-7b', 'qa-tuned-v1.3', 'up', '25 %', 'running', 'ceiling 25 %', 'closed']) assert.ok(words.includes(part), `${part} in ${words}`);
  assert.match(words, /baseline \d+ mscandidate \d+ ms/);
  assert.match(await rowOf(desk, 'support_agent').textContent(), /no candidate.*of 20 this day/s);
  assert.match(await rowOf(desk, 'content_agent').textContent(), /nobody is on it.*no calls/s);
  await desk.getByRole('img', { name: /Last 2 min; share at most 25.%, now 25.%; highest p95 of the baseline/ }).waitFor();
  assert.equal(await desk.locator('#link-words').textContent(), 'Live');
  await desk.evaluate(() => (window.untouched = true));
});

test('what happens is seen without a reload, and said in one sentence', async () => {
  await tell('slow/qa-tuned-v1.3/700');
  await headline(desk).getByText(/^qa_agent: candidate 'qa-tuned-v1\.3' was rolled back (just now|\d+.s ago): .*; everybody is answered by 'open-mistral-7b'\.$/).waitFor();
  assert.match(await headline(desk).textContent(), /slower than (500 ms|the baseline)|calls? slower than 500 ms/);
  await rowOf(desk, 'qa_agent').getByText('rolled back', { exact: true }).waitFor();
  assert.match((await rowOf(desk, 'qa_agent').textContent()).replace(/\s/g, ' '), /0 % ?rolled back/);
  assert.match(await desk.locator('#announcement').textContent(), /qa_agent candidate 'qa-tuned-v1\.3' was (rolled back|taken away)/);
  assert.equal(await desk.title(), '(1) Understudy');
  assert.equal(await desk.evaluate(() => window.untouched), true);
});

test('the page of an agent tells what was seen and decided, and the back button leads back', async () => {
  await desk.getByRole('table', { name: 'Agents' }).getByRole('link', { name: 'qa_agent' }).click();
  assert.match(desk.url(), /#\/agents\/qa_agent$/);
  await details(desk);
  const decisions = desk.getByRole('table', { name: 'Decisions' });
  const latest = (await decisions.getByRole('row').nth(1).textContent()).replace(/\s/g, ' ');
  assert.match(latest, /^\d+:\d\d:\d\d.*0 % → 0 %taken away → rolled back.*by the guard/);
  assert.match((await decisions.getByRole('row').nth(2).textContent()).replace(/\s/g, ' '), /25 % → 0 %(running|on hold) → taken away.*by the guard/);
  await desk.getByText('fail', { exact: true }).waitFor();
  assert.equal(await desk.getByRole('row', { name: /^p95/ }).locator('small').first().textContent().then((t) => /to/.test(t)), true);
  assert.match(await desk.getByRole('row', { name: /^Mean of all/ }).textContent(), /×10|\d{3}/);
  for (const chart of ["Candidate's share", 'p95 of both', 'Fallbacks and errors']) await desk.getByRole('img', { name: new RegExp(`^${chart}`) }).waitFor();
  await desk.getByLabel('Over').selectOption('5m');
  await desk.getByRole('img', { name: /^p95 of both/ }).waitFor();
  assert.equal(await desk.getByLabel('Over').inputValue(), '5m');
  await desk.goBack();
  await rows(desk);
  assert.equal(await desk.evaluate(() => window.untouched), true);
});

test('a change asks first in plain words, is refused with a wrong token, and done with the right one', async () => {
  await desk.goto(`${url}#/agents/legal_agent`);
  await details(desk);
  await desk.getByRole('button', { name: 'Set share' }).click();
  const dialog = desk.getByRole('dialog', { name: 'Set the share of legal_agent' });
  const input = dialog.getByLabel('Ceiling, in per cent of users');
  await input.fill('5');
  const words = (await dialog.locator('.lead').textContent()).replace(/\s/g, ' ');
  assert.equal(words, "20 % → 5 %: about 15 of 100 users go back to the baseline 'open-mistral-7b' at once; about 5 of 100 users stay on the candidate."
    + ' The ramp then holds until somebody resumes it.');
  await desk.screenshot({ path: `${pictures}/dialog-1600-light.png` });
  await dialog.getByLabel('Token').fill('a-wrong-token-of-nobody');
  forgiven = /401/;
  await dialog.getByRole('button', { name: /^Set it to 5/ }).click();
  await dialog.getByText(/^Refused \(401\): A change is asked for with the token of an operator/).waitFor();
  forgiven = null;
  await dialog.getByLabel('Token').fill(token);
  await dialog.getByRole('button', { name: /^Set it to 5/ }).click();
  await dialog.getByText('Done: it is in force.').waitFor();
  await dialog.getByRole('button', { name: 'Close' }).click();
  assert.equal(await desk.evaluate(() => document.activeElement.textContent), 'Set share …');
  await desk.getByText('on hold', { exact: true }).waitFor();
  assert.match((await desk.locator('.key').textContent()).replace(/\s/g, ' '), /candidate's share5 %/);
  await desk.getByRole('table', { name: 'Decisions' }).getByText(/The percentage was set from 20% to 5%/).waitFor();

  await desk.getByRole('button', { name: 'Resume' }).click(); // the token is known by now
  const resume = desk.getByRole('dialog', { name: 'Resume the rollout of legal_agent' });
  assert.equal(await resume.getByLabel('Token').count(), 0);
  await resume.getByRole('button', { name: 'Resume', exact: true }).click();
  await resume.getByText('Done: it is in force.').waitFor();
  await resume.getByRole('button', { name: 'Close' }).click();
  await desk.getByRole('table', { name: 'Decisions' }).getByText('jane', { exact: true }).waitFor();

  const kept = await desk.evaluate(() => JSON.stringify([Object.entries(localStorage), Object.entries(sessionStorage), document.cookie, location.href, document.documentElement.outerHTML]));
  assert.ok(!kept.includes(token), 'the token is nowhere but in memory');
  await desk.getByRole('button', { name: 'Lock changes' }).click();
  await desk.getByRole('button', { name: 'Unlock changes' }).waitFor();
});

test('a rolled back candidate starts again by name, and the kill switch takes every one away', async () => {
  await tell('well/qa-tuned-v1.3');
  await desk.goto(`${url}#/agents/qa_agent`);
  await details(desk);
  await desk.getByRole('button', { name: 'Reset' }).click();
  const reset = desk.getByRole('dialog', { name: 'Reset the rollout of qa_agent' });
  assert.match((await reset.locator('.lead').textContent()).replace(/\s/g, ' '), /^0 % → 25 %: the candidate 'qa-tuned-v1\.3' begins again with about 25 of 100 users, within seconds\. All evidence/);
  await reset.getByLabel('Token').fill(token);
  await reset.getByRole('button', { name: "Start 'qa-tuned-v1.3' again" }).click();
  await reset.getByText('Done: it is in force.').waitFor();
  await desk.keyboard.press('Escape');
  await headline(desk).getByText('qa_agent answers as intended.').waitFor();

  await desk.getByRole('button', { name: 'Kill switch' }).click();
  const kill = desk.getByRole('dialog', { name: 'Turn the kill switch on' });
  assert.match((await kill.locator('.lead').textContent()).replace(/\s/g, ' '), /^Every candidate is taken away at once, in qa_agent \(25 % → 0 %\)/);
  await kill.getByRole('button', { name: 'Take every candidate away' }).click();
  await kill.getByText('Done: it is in force.').waitFor();
  await kill.getByRole('button', { name: 'Close' }).click();
  await desk.goto(`${url}#/`);
  await headline(desk).getByText('The kill switch is on; nobody gets a candidate').waitFor();
  await desk.getByRole('button', { name: 'Turn kill switch off' }).click();
  await desk.getByRole('button', { name: 'Let candidates serve again' }).click();
  await desk.getByText('Done: it is in force.').waitFor();
  await desk.getByRole('button', { name: 'Close' }).click();
  await rowOf(desk, 'qa_agent').getByText('running', { exact: true }).waitFor();
});

test('the keyboard suffices', async () => {
  const page = await open(1300, 'dark');
  await rows(page);
  const focused = () => page.evaluate(() => document.activeElement.textContent.trim());
  await page.keyboard.press('Tab');
  assert.equal(await focused(), 'To the agents');
  await page.keyboard.press('Enter');
  while ((await focused()) !== 'legal_agent') await page.keyboard.press('Tab');
  assert.notEqual(await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle), 'none');
  await page.keyboard.press('Enter');
  await details(page);
  assert.equal(await focused(), 'legal_agent', 'the heading of the new view has the focus');
  await page.keyboard.press('Tab');
  assert.equal(await focused(), 'Set share …');
  await page.keyboard.press('Tab');
  assert.equal(await focused(), 'Hold …');
  await page.keyboard.press('Enter');
  await page.getByRole('dialog', { name: 'Hold the rollout of legal_agent' }).waitFor();
  await page.keyboard.type(token);
  const clock = await page.locator('#clock').textContent();
  await page.waitForFunction((before) => document.getElementById('clock').textContent !== before, clock); // the page has drawn: what is typed, and the focus, stay
  assert.equal(await page.getByLabel('Token').inputValue(), token);
  await page.keyboard.press('Enter');
  await page.getByText('Done: it is in force.').waitFor();
  await page.keyboard.press('Escape');
  assert.equal(await page.getByRole('dialog').count(), 0);
  await page.getByRole('button', { name: 'Resume' }).waitFor();
  await page.context().close();
});

test('names that are attacks stay text, and an address that leads nowhere says so', async () => {
  const page = await open(1300, 'light', `#/agents/${encodeURIComponent('<img src=x onerror=alert(1)>')}`);
  await page.getByText('<img src=x onerror=alert(1)> is not configured.').waitFor();
  assert.equal(await page.locator('img[src]').count(), 0);
  await page.context().close();
});

test('it is right on a phone and on a desk, by day and by night, and for who cannot see it', async () => {
  await tell('broken/analyst-tuned-v4');
  await tell('slow/qa-tuned-v1.3/700');
  await headline(desk).getByText('was rolled back').waitFor();
  await rowOf(desk, 'analyst_agent').getByText('open', { exact: true }).waitFor();
  await picture('incident', '', (page) => headline(page).getByText('was rolled back').waitFor().then(() => rows(page)));
  await picture('agent', '#/agents/qa_agent', details);
  const page = await open(1300, 'light', '', { bypassCSP: true }); // for axe-core, which comes from here
  await rows(page);
  await accessible(page, 'the overview');
  await page.getByRole('rowheader').getByRole('link', { name: 'qa_agent' }).click();
  await details(page);
  await accessible(page, 'the page of an agent');
  await page.getByRole('button', { name: 'Set share' }).click();
  await accessible(page, 'a dialog');
  await page.context().close();
});

test('it says since when it is not live, and is live again by itself', async () => {
  forgiven = /ERR_CONNECTION_REFUSED|ERR_INCOMPLETE|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE/;
  await tell('server/down');
  await desk.getByText(/^Reconnecting since \d\d:\d\d:\d\d UTC; what you see may be old$/).waitFor();
  await rowOf(desk, 'qa_agent').waitFor(); // what was known stays
  await tell('server/up');
  await desk.getByText('Live', { exact: true }).waitFor();
  forgiven = null;
});

test('nothing was loaded from elsewhere, nothing was complained about, and no secret was shown', async () => {
  assert.deepEqual(strangers, []);
  assert.deepEqual(complaints, []);
  const shown = await desk.evaluate(() => document.documentElement.outerHTML);
  for (const secret of secrets) assert.ok(!shown.includes(secret));
});
