/**
 * Bundles one process as it is deployed: `node tools/bundle.mjs NAME FOLDER`
 *
 * NAME is a folder of apps/, an agent of docs/examples, or a file such as your own sidecar. FOLDER gets main.mjs, what it loads on demand,
 * and what it runs as processes of their own.
 */
import { statSync } from 'node:fs';
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { buildConsoleInto } from './console.mjs';
import { runTool, ToolError } from './tool-error.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * What a process needs that is no import of it.
 *
 * @type {Record<string, { bundles?: string[], files?: [from: string, to: string][], console?: boolean }>}
 */
const besides = {
  'control-plane': { console: true },
  'external-gateway': {
    bundles: ['discord-sidecar'],
    files: [
      ['apps/external-gateway/src/watchdog.mjs', 'watchdog.mjs'],
      ['connectors/python', 'connectors/python'],
    ],
  },
};

/**
 * Leaves out what dependencies bring along and nothing of ours ever runs: a tenth of a process's memory.
 *
 * @type {import('esbuild').Plugin}
 */
const lean = {
  name: 'lean',
  setup({ onLoad, onResolve }) {
    // What we use of undici, without its fetch, WebSocket and cache. Others may need those.
    onResolve({ filter: /^undici$/ }, ({ importer, resolveDir }) =>
      importer.includes('node_modules') ? undefined : { path: 'undici', namespace: 'lean', pluginData: resolveDir },
    );
    onLoad({ filter: /^undici$/, namespace: 'lean' }, ({ pluginData }) => ({
      contents:
        "export { default as Agent } from 'undici/lib/dispatcher/agent.js';" +
        "export { default as buildConnector } from 'undici/lib/core/connect.js';",
      resolveDir: pluginData,
    }));
    // Messages in fifty languages.
    onLoad({ filter: /zod[/\\]v4[/\\]locales[/\\]index\.js$/ }, () => ({
      contents: "export { default as en } from './en.js';",
    }));
  },
};

/**
 * Bundles processes into one folder: a file each, as named, and what they share or load on demand beside.
 *
 * @param {Record<string, string>} mains the source of each file's process, by the file's path without `.mjs`
 * @param {string} folder
 */
async function bundleTogether(mains, folder) {
  const { outputFiles } = await build({
    entryPoints: mains,
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    // CommonJS dependencies call require for what node has built in.
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    // Names stay: for stack traces that can be read, and because node-fetch knows an AbortSignal by the name of its class.
    minifyWhitespace: true,
    minifySyntax: true,
    keepNames: true,
    legalComments: 'external',
    plugins: [lean],
    // Native or optional parts of discord.js and ws, which look whether they are there.
    external: ['zlib-sync', 'bufferutil', 'utf-8-validate'],
    write: false,
    logLevel: 'warning',
  });
  for (const { path, text } of outputFiles) {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, path.endsWith('.mjs') ? asciiOnly(text) : text);
  }
}

/**
 * Where a process begins.
 *
 * @param {string} name
 */
function mainOf(name) {
  const named = [`apps/${name}/src/main.ts`, `docs/examples/${name}.ts`].map((path) => join(root, path));
  const found = [...named, resolve(name)].find((path) => statSync(path, { throwIfNoEntry: false })?.isFile());
  if (found !== undefined) return found;
  throw new ToolError(`There is no process "${name}".`, {
    fix: 'name a folder of apps/, an agent of docs/examples, or a file.',
  });
}

/**
 * Bundles one process with everything that it needs.
 *
 * @param {string} name
 * @param {string} folder
 */
async function bundle(name, folder) {
  const { bundles = [], files = [], console = false } = besides[name] ?? {};
  const others = bundles.map((other) => [`apps/${other}/main`, mainOf(other)]);
  await bundleTogether({ main: mainOf(name), ...Object.fromEntries(others) }, folder);
  for (const [from, to] of files) await cp(join(root, from), join(folder, to), { recursive: true });
  if (console) await buildConsoleInto(join(folder, 'console'));
}

/**
 * A single letter beyond Latin-1 (esbuild leaves them in patterns) makes V8 keep the whole source at two bytes a character.
 *
 * @param {string} source
 */
const asciiOnly = (source) =>
  source.replace(/[^\p{ASCII}]/gu, (letter) =>
    Array.from({ length: letter.length }, (_, at) => `\\u${letter.charCodeAt(at).toString(16).padStart(4, '0')}`).join(
      '',
    ),
  );

await runTool(async () => {
  const [name, folder] = process.argv.slice(2);
  if (name === undefined || folder === undefined) {
    throw new ToolError('Say what to bundle, and where to.', { fix: 'node tools/bundle.mjs slack-gateway /tmp/slack' });
  }
  await bundle(name, folder);
  return 0;
});
