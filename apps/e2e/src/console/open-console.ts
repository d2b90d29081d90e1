import { join, resolve } from 'node:path';
import { createControlClient, type ControlClient } from '@trunkline/control-api';
import { axeFindings, openBrowser } from '@trunkline/testing/browser';
import type { Browser, Page } from 'playwright-core';
import { adminToken, startInstallation, type Installation, type InstallationOptions } from '../installation.ts';

/** An installation with a control plane that serves the console, and a browser to look at it with. */
export interface ConsoleStage extends AsyncDisposable {
  readonly installation: Installation;
  readonly browser: Browser;
  /** The API, as its admin. */
  readonly control: ControlClient;
  readonly url: string;
  /** A page of a browser of its own, signed in, at an address of the console: `open('/connectors')`. What goes wrong in it fails `close`. */
  open(path?: string, look?: Look): Promise<Page>;
}

/** How the page is looked at. */
export interface Look {
  width?: number;
  scheme?: 'light' | 'dark';
  token?: string;
}

/** As wide as a desk's screen, and as a phone's. */
export const widths = [1280, 390] as const;

/** Starts everything, with the console as it is built now. */
export async function openConsole(options: InstallationOptions): Promise<ConsoleStage> {
  await using starting = new AsyncDisposableStack();
  const env = { CONSOLE_DIR: await builtConsole(), ...options.env };
  const installation = starting.use(await startInstallation({ controlPlanes: 1, ...options, env }));
  const browser = await openBrowser();
  starting.defer(() => browser.close());
  const url = installation.controlUrls[0] ?? '';
  const wrong: string[] = [];
  starting.defer(() => {
    if (wrong.length > 0) throw new Error(`The console's page complained:\n${wrong.join('\n')}`);
  });
  const stack = starting.move();
  return {
    installation,
    browser,
    url,
    control: createControlClient({ url, token: adminToken }),
    async open(path = '/', { width = 1280, scheme = 'light', token = adminToken } = {}) {
      const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme: scheme });
      const page = await context.newPage();
      page.setDefaultTimeout(15_000);
      page.on('pageerror', (error) => wrong.push(error.stack ?? error.message));
      page.on('console', (message) => {
        // What the page broke: its policy, or a rule of React. Refusals of the API are none of these.
        if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
          wrong.push(message.text());
      });
      await page.goto(`${url}/console${path}`);
      await page.getByLabel('Token').first().fill(token);
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.getByRole('navigation', { name: 'Console', includeHidden: true }).waitFor({ state: 'attached' });
      return page;
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

/** The folder that `npm test` names, or else a build of the sources as they are. */
async function builtConsole(): Promise<string> {
  if (process.env['CONSOLE_DIR'] !== undefined) return process.env['CONSOLE_DIR'];
  const tool = join(resolve(import.meta.dirname, '../../../..'), 'tools/console.mjs');
  const { buildConsole }: { buildConsole: () => Promise<string> } = await import(tool);
  return buildConsole();
}

/** What is wrong with a page of the console in light and dark, wide and narrow: axe's findings, and what makes it scroll sideways. */
export async function findingsOf(
  stage: ConsoleStage,
  path: string,
  isThere: (page: Page) => Promise<unknown>,
): Promise<string[]> {
  const findings: string[] = [];
  const page = await stage.open(path);
  for (const width of widths)
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.setViewportSize({ width, height: 900 });
      await page.emulateMedia({ colorScheme });
      await page.reload();
      await isThere(page);
      const look = `${path} ${width} ${colorScheme}`;
      findings.push(...(await axeFindings(page)).map((finding) => `${look}: ${finding}`));
      const wide: number = await page.evaluate('document.documentElement.scrollWidth');
      if (wide > width) findings.push(`${look}: ${wide} px wide`);
    }
  await page.context().close();
  return findings;
}
