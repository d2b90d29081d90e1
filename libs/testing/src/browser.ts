import { existsSync } from 'node:fs';
import axe from 'axe-core';
import { chromium, type Browser, type Page } from 'playwright-core';

const executablePath = '/usr/bin/chromium';

/** Whether the machine has Chromium: CI installs it, a developer may not have it. On CI its absence is a failure. */
export const hasBrowser = existsSync(executablePath) || process.env['CI'] !== undefined;

/** The system's Chromium, without a window; close it. */
export function openBrowser(): Promise<Browser> {
  // As root, and in a container, Chromium's own sandbox cannot be set up.
  return chromium.launch({ executablePath, args: ['--no-sandbox'] });
}

/** What axe finds wrong with a page, in words: rule and place. */
export async function axeFindings(page: Page): Promise<string[]> {
  // Through the debugger, which the page's content security policy does not bind.
  await page.evaluate(axe.source);
  const found: axe.Result[] = await page.evaluate('axe.run().then(({ violations }) => violations)');
  return found.flatMap((rule) => rule.nodes.map(({ target }) => `${rule.id}: ${target.join(' ')}`));
}
