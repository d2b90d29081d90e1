import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { axeFindings, hasBrowser, openBrowser } from '@trunkline/testing/browser';
import { startTestApi, type TestApi } from '../testing/start-test-api.ts';

describe.skipIf(!hasBrowser)('the reference in a browser', () => {
  let api: TestApi;
  let browser: Browser;
  beforeAll(async () => {
    api = await startTestApi();
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser.close();
    await api[Symbol.asyncDispose]();
  });

  it.each([
    { on: 'a desktop', width: 1280, colorScheme: 'light' },
    { on: 'a desktop', width: 1280, colorScheme: 'dark' },
    { on: 'a phone', width: 360, colorScheme: 'light' },
    { on: 'a phone', width: 360, colorScheme: 'dark' },
  ] as const)('on $on, $colorScheme: accessible, no wider than the screen, nothing from elsewhere', async (how) => {
    const page = await browser.newPage({ viewport: { width: how.width, height: 800 }, colorScheme: how.colorScheme });
    const said: string[] = [];
    const asked: string[] = [];
    page.on('console', (message) => said.push(message.text()));
    page.on('request', (request) => asked.push(request.url().replace(api.url, '')));
    await page.goto(api.url);
    await page.evaluate(`for (const each of document.querySelectorAll('details')) each.open = true`);
    expect(await axeFindings(page)).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(how.width);
    expect(said).toEqual([]);
    expect(asked.filter((path) => !['/', '/reference', '/reference.css', '/favicon.ico'].includes(path))).toEqual([]);
    await page.close();
  });

  it('leads from the list to an operation', async () => {
    const page = await browser.newPage();
    await page.goto(api.url);
    await page.getByRole('navigation').getByText('createToken').click();
    expect(await page.locator('article:target h3').innerText()).toBe('POST /v1/tokens');
    await page.close();
  });
});
