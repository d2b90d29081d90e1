import { join, resolve } from 'node:path';
import { build, type Plugin } from 'esbuild';

const apps = resolve(import.meta.dirname, '../../..');

/** The services that are deployed. */
export const services = ['http-gateway', 'session-router'] as const;

const smallUndici: Plugin = {
  name: 'small undici',
  setup: ({ onResolve }) => onResolve({ filter: /^undici$/ }, () => ({ path: join(import.meta.dirname, 'undici-client.mjs') })),
};

/** Bundles services into `folder` as they are deployed: one file each, and what is loaded on demand beside it. Returns their paths. */
export async function bundle(folder: string): Promise<Record<(typeof services)[number], string>> {
  await build({
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
    plugins: [smallUndici],
    logLevel: 'warning',
  });
  const [gateway, router] = services.map((name) => join(folder, `${name}.mjs`));
  return { 'http-gateway': gateway ?? '', 'session-router': router ?? '' };
}
