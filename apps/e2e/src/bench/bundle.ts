import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { build, type Plugin } from 'esbuild';

const apps = resolve(import.meta.dirname, '../../..');

/** The services that are deployed. */
const services = ['http-gateway', 'slack-gateway', 'telegram-gateway', 'external-gateway', 'session-router'] as const;

/**
 * What a service is deployed with beside its settings. Every thread of node's that ever allocated keeps an arena of its own otherwise,
 * which is a tenth of an idle process.
 */
export const deployedEnv = { MALLOC_ARENA_MAX: '1' };

/** Leaves out what dependencies bring along and nothing of ours ever runs: a tenth of a process's memory. */
const lean: Plugin = {
  name: 'lean',
  setup({ onLoad, onResolve }) {
    onResolve({ filter: /^undici$/ }, () => ({ path: join(import.meta.dirname, 'undici-client.mjs') }));
    // Messages in fifty languages.
    onLoad({ filter: /zod[/\\]v4[/\\]locales[/\\]index\.js$/ }, () => ({
      contents: "export { default as en } from './en.js';",
    }));
  },
};

/** Bundles services into `folder` as they are deployed: one file each, and what they share or load on demand beside. Returns their paths. */
export async function bundle(folder: string): Promise<Record<(typeof services)[number], string>> {
  const { outputFiles } = await build({
    entryPoints: Object.fromEntries(services.map((name) => [name, join(apps, name, 'src/main.ts')])),
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    // CommonJS dependencies call require for what node has built in.
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    // Names stay, for stack traces that can be read.
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: 'external',
    plugins: [lean],
    write: false,
    logLevel: 'warning',
  });
  for (const { path, text } of outputFiles) {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, path.endsWith('.mjs') ? asciiOnly(text) : text);
  }
  const fileOf = (service: (typeof services)[number]) => join(folder, `${service}.mjs`);
  return {
    'http-gateway': fileOf('http-gateway'),
    'slack-gateway': fileOf('slack-gateway'),
    'telegram-gateway': fileOf('telegram-gateway'),
    'external-gateway': fileOf('external-gateway'),
    'session-router': fileOf('session-router'),
  };
}

/** A single letter beyond Latin-1 (esbuild leaves them in patterns) makes V8 keep the whole source at two bytes a character. */
const asciiOnly = (source: string) =>
  source.replace(/[^\p{ASCII}]/gu, (letter) =>
    Array.from({ length: letter.length }, (_, at) => `\\u${letter.charCodeAt(at).toString(16).padStart(4, '0')}`).join(
      '',
    ),
  );
