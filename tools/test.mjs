import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { root, setUp } from './setup.mjs';
import { countReport, failedTasks, sumCounts, totalLine } from './test-report.mjs';
import { runTool, ToolError } from './tool-error.mjs';

/**
 * One thing that passes or fails as a whole; the tests count one by one instead.
 *
 * @typedef {object} Check
 * @property {string} name
 * @property {string[]} command
 * @property {(output: string) => string} [shorten] leaves what a failure needs
 */

/** @typedef {{ folders: string[], env: NodeJS.ProcessEnv }} Scope */

await runTool(async () => {
  const folders = readFolders(process.argv.slice(2));
  const { env } = await setUp();
  const colours = process.stdout.isTTY ? { FORCE_COLOR: '1' } : { FORCE_COLOR: '0', NO_COLOR: '1' };
  const nx = { NX_DAEMON: 'false', NX_TUI: 'false', NX_NO_CLOUD: 'true' };
  const scope = { folders, env: { ...env, ...colours, ...nx } };

  const counts = [];
  for (const check of checks(folders)) counts.push(await runCheck(check, scope));
  counts.push(await runTests(scope));

  const total = sumCounts(counts);
  process.stdout.write(`\n${totalLine(total)}\n`);
  return total.failed === 0 ? 0 : 1;
});

/**
 * @param {string[]} args
 * @returns {string[]} the folders of the chosen projects; none chosen means all
 */
function readFolders(args) {
  const [option, list, ...rest] = args.flatMap((arg) => arg.split('='));
  if (option === undefined) return [];
  const folders = (list ?? '').split(',').map((folder) => folder.replace(/\/+$/, ''));
  const unknown = folders.find((folder) => !existsSync(join(root, folder, 'tsconfig.json')));
  if (option === '--project' && rest.length === 0 && unknown === undefined) return folders;
  throw new ToolError(`npm test does not know what to do with: ${args.join(' ')}`, {
    fix: 'npm test runs everything; npm test -- --project libs/bus,apps/cli runs the projects in these folders.',
  });
}

/**
 * @param {string[]} folders
 * @returns {Check[]}
 */
function checks(folders) {
  const all = [
    { name: 'format', command: ['prettier', '--check', ...(folders.length > 0 ? folders : ['.'])] },
    { name: 'lint', command: runMany('lint', folders), shorten: failedTasks },
    { name: 'types', command: runMany('typecheck', folders), shorten: failedTasks },
  ];
  // Whether something is unused cannot be seen in one project.
  return folders.length > 0 ? all : [...all, { name: 'unused', command: ['knip', '--no-progress'] }];
}

/**
 * @param {string} target
 * @param {string[]} folders
 */
function runMany(target, folders) {
  const chosen = folders.length > 0 ? [`--projects=${folders.join(',')}`] : [];
  return ['nx', 'run-many', '-t', target, '--parallel=2', '--outputStyle=static', ...chosen];
}

/**
 * @param {Check} check
 * @param {Scope} scope
 */
async function runCheck({ name, command, shorten = (output) => output }, { env }) {
  const started = performance.now();
  const { code, output } = await run(command, env);
  report(code === 0, name, started, '');
  if (code !== 0) process.stdout.write(`\n${shorten(output)}\n\n`);
  return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 };
}

/**
 * Runs Vitest in each project and shows each as it ends. vitest.config.mjs puts its reports where we say.
 *
 * @param {Scope} scope
 */
async function runTests({ folders, env }) {
  const started = performance.now();
  const reports = mkdtempSync(join(tmpdir(), 'trunkline-reports-'));
  process.once('exit', () => rmSync(reports, { recursive: true, force: true }));
  const shown = new Map();
  const watch = setInterval(() => readReports(reports, shown), 500);
  const { code, output } = await run(runMany('test', folders), { ...env, TRUNKLINE_TEST_REPORTS: reports });
  clearInterval(watch);
  readReports(reports, shown);
  const count = sumCounts([...shown.values()]);
  // Red with nothing failed: a run ended before it could report. Green with nothing run: nobody looked.
  if (count.failed === 0 && (code !== 0 || count.passed === 0)) count.failed = 1;
  report(count.failed === 0, 'tests', started, totalLine(count));
  if (count.failed > 0) process.stdout.write(`\n${code === 0 ? 'No test ran.' : failedTasks(output)}\n`);
  return count;
}

/**
 * Counts the reports that are new since the last time.
 *
 * @param {string} reports
 * @param {Map<string, import('./test-report.mjs').Count>} shown
 */
function readReports(reports, shown) {
  for (const name of readdirSync(reports)) {
    const json = shown.has(name) ? undefined : parse(readFileSync(join(reports, name), 'utf8'));
    if (!json) continue;
    const count = countReport(json);
    shown.set(name, count);
    const file = json.testResults[0]?.name;
    if (!file) continue;
    const [project] = relative(root, file).split(/\/src\/|\/[^/]*$/);
    process.stdout.write(`        ${project}: ${totalLine(count)}\n`);
  }
}

/**
 * @param {string} text
 * @returns {import('./test-report.mjs').VitestReport | undefined} nothing while it is being written
 */
function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * @param {boolean} ok
 * @param {string} name
 * @param {number} started
 * @param {string} remark
 */
function report(ok, name, started, remark) {
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const line = `${ok ? 'ok    ' : 'FAILED'}  ${name.padEnd(8)} ${seconds.padStart(6)} s  ${remark}`;
  process.stdout.write(`${line.trimEnd()}\n`);
}

/**
 * @param {string[]} command
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<{ code: number | null, output: string }>}
 */
async function run([program = '', ...args], env) {
  const child = spawn(program, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const stop = () => {
    child.kill();
    process.exit(130);
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      output += text;
    });
  }
  try {
    const code = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
    const text = process.stdout.isTTY ? output : stripVTControlCharacters(output);
    return { code, output: text.replaceAll('\r', '') };
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
  }
}
