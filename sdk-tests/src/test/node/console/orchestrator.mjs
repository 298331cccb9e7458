// The running example as somebody meets it who has never seen the project: OrchestratorInChromiumTest starts it shortly before
// its incident.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import test, { after, before } from 'node:test';
import { chromium } from 'playwright-core';

const { CONSOLE_URL: url, CONSOLE_TOKEN: token, CONSOLE_PICTURES: pictures, CHROMIUM: executablePath } = process.env;
const complaints = [];
let browser;
let page;

const headline = () => page.locator('#situation .headline');

before(async () => {
  mkdirSync(pictures, { recursive: true });
  browser = await chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-dev-shm-usage', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
  page = await (await browser.newContext({ viewport: { width: 1600, height: 1000 } })).newPage();
  page.setDefaultTimeout(30_000);
  page.on('console', (message) => complaints.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => complaints.push(String(error.stack)));
  await page.goto(url);
});

after(() => browser?.close());

test('it says what is wrong and what was done', async () => {
  await headline().getByText(/^qa_agent: candidate 'qa-tuned-v1\.3' was rolled back .*; everybody is answered by 'qa-tuned-v1\.2'\.$/).waitFor();
  for (const agent of ['qa_agent', 'support_agent', 'legal_agent', 'analyst_agent', 'content_agent']) {
    await page.getByRole('row', { name: new RegExp(agent) }).waitFor();
  }
  await page.screenshot({ path: `${pictures}/orchestrator-1600-light.png`, fullPage: true });
});

test('the page of the agent tells who decided, and when', async () => {
  await page.getByRole('table', { name: 'Agents' }).getByRole('link', { name: 'qa_agent' }).click();
  const latest = page.getByRole('table', { name: 'Decisions' }).getByRole('row').nth(1);
  await latest.getByText(/by the guard/).waitFor();
  assert.match((await latest.textContent()).replace(/\s/g, ' '), /taken away → rolled back/);
});

test('the operator of the example holds another rollout', async () => {
  await page.goto(`${url}#/agents/content_agent`);
  await page.getByRole('button', { name: 'Hold' }).click();
  const dialog = page.getByRole('dialog', { name: 'Hold the rollout of content_agent' });
  await dialog.getByLabel('Token').fill(token);
  await dialog.getByRole('button', { name: 'Hold', exact: true }).click();
  await dialog.getByText('Done: it is in force.').waitFor();
  assert.deepEqual(complaints, []);
});
