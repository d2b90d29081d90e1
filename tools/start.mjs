import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { root, setUp } from './setup.mjs';
import { runTool } from './tool-error.mjs';

await runTool(async () => {
  const { node, env } = await setUp();
  const main = join(root, 'apps', 'cli', 'src', 'main.ts');
  const dev = spawn(node, [main, 'dev', ...process.argv.slice(2)], { cwd: root, env, stdio: 'inherit' });

  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
    process.on(signal, () => {
      // A terminal sends Ctrl-C to the whole foreground group: dev has it already, and a second one means "at once".
      if (signal !== 'SIGINT' || !process.stdin.isTTY) dev.kill(signal);
    });
  }
  /** @type {[number | null, NodeJS.Signals | null]} */
  const [code, signal] = await new Promise((resolve, reject) => {
    dev.once('error', reject).once('exit', (...end) => resolve(end));
  });
  if (signal) process.stderr.write(`trunkline dev was ended by ${signal}\n`);
  return code ?? 1;
});
