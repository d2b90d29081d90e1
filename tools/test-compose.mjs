/**
 * Runs the specs of docker compose and counts them: `node tools/test-compose.mjs [FILE...]`
 *
 * FILE is a part of a file's name in apps/e2e/src/compose; none means all. Needs a Docker engine (DOCKER_HOST); without one they are skipped.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root, setUp } from './setup.mjs';
import { countReport, sumCounts, totalLine } from './test-report.mjs';
import { runTool } from './tool-error.mjs';

await runTool(async () => {
  const { env } = await setUp();
  const reports = mkdtempSync(join(tmpdir(), 'trunkline-reports-'));
  const args = ['run', '--root', 'apps/e2e', '--config', 'vitest.compose.config.mjs', ...process.argv.slice(2)];
  const { status } = spawnSync('vitest', args, {
    cwd: root,
    env: { ...env, TRUNKLINE_TEST_REPORTS: reports },
    stdio: 'inherit',
  });
  const counts = readdirSync(reports).map((name) => countReport(JSON.parse(readFileSync(join(reports, name), 'utf8'))));
  rmSync(reports, { recursive: true });
  const total = sumCounts(counts);
  if (status !== 0 && total.failed === 0) total.failed = 1;
  process.stdout.write(`\n${totalLine(total)}\n`);
  return total.failed === 0 ? 0 : 1;
});
