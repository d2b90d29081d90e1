import { randomBytes } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import { problem } from '@trunkline/errors';
import { sendAnswer, sendProblem, type IngressRoute } from '@trunkline/gateway-kit';
import { contentSecurityPolicy } from '../security-headers.ts';

/** Where the console begins; every address below it that is no file is the page, which finds its way by itself. */
export const consolePath = '/console/';

/** The files of a built console, by their path below `consolePath`. */
export type ConsoleFiles = ReadonlyMap<string, string>;

/** Reads what `tools/console.mjs` built. Throws where there is no console in the folder. */
export async function readConsole(folder: string): Promise<ConsoleFiles> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const read = async (path: string) =>
    [relative(folder, path).split(sep).join('/'), await readFile(path, 'utf8')] as const;
  const files = new Map(await Promise.all(paths.map(read)));
  if (!files.has('index.html')) throw new Error(`There is no built console in ${folder}: it has no index.html.`);
  return files;
}

const mediaTypes: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};
/** A file's name has a digest of what is in it. */
const forever = { 'cache-control': 'public, max-age=31536000, immutable' };
const nothingThere = problem('not_found', {
  detail: 'This console has no such file; reload the page if it was upgraded.',
});

/** The console: its page under any address of its own, and the files that the page loads. Needs no token: the API does. */
export function consoleRoutes(files: ConsoleFiles): IngressRoute[] {
  const page = files.get('index.html') ?? '';
  return [
    {
      path: `${consolePath}assets/:file`,
      methods: {
        async GET({ res, params }) {
          const path = `assets/${params['file']}`;
          const body = files.get(path);
          if (body === undefined) return sendProblem(res, nothingThere);
          const type = mediaTypes[extname(path)] ?? 'application/octet-stream';
          sendAnswer(res, { status: 200, headers: { 'content-type': type, ...forever }, body });
        },
      },
    },
    {
      path: `${consolePath}favicon.svg`,
      methods: {
        async GET({ res }) {
          const headers = { 'content-type': 'image/svg+xml' };
          sendAnswer(res, { status: 200, headers, body: files.get('favicon.svg') ?? '' });
        },
      },
    },
    { path: '/console{/*path}', methods: { GET: async ({ res }) => sendAnswer(res, pageAnswer(page)) } },
  ];
}

/** The page, with a nonce that holds for this answer alone: for the style elements that its component library makes. */
function pageAnswer(page: string) {
  const nonce = randomBytes(16).toString('base64url');
  const policy = contentSecurityPolicy({
    'script-src': "'self'",
    'style-src': `'self' 'nonce-${nonce}'`,
    'connect-src': "'self'",
    'img-src': "'self' data:",
  });
  const headers = { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': policy };
  return { status: 200, headers, body: page.replaceAll('CSP-NONCE', nonce) };
}
