import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { cpus, release, totalmem, type } from 'node:os';
import { join, resolve } from 'node:path';
import { natsVersion } from './nats-version.ts';
import type { Row } from './row.ts';

/** What was measured, on what. */
export interface Report {
  machine: { cpu: string; cores: number; memory_gb: number; os: string };
  versions: { node: string; nats_server: string; trunkline: string };
  rows: Row[];
}

/** Says beside the rows on which machine and with which versions they were measured. */
export async function reportOf(rows: Row[]): Promise<Report> {
  const [first] = cpus();
  const root = resolve(import.meta.dirname, '../../../..');
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
  return {
    machine: {
      cpu: first?.model.trim() ?? 'unknown',
      cores: cpus().length,
      memory_gb: Math.round(totalmem() / 1024 ** 3),
      os: `${type()} ${release()}`,
    },
    versions: { node: process.versions.node, nats_server: await natsVersion(), trunkline: `${version}${commit(root)}` },
    rows,
  };
}

function commit(root: string): string {
  try {
    return `+${execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: root, encoding: 'utf8' }).trim()}`;
  } catch {
    return '';
  }
}

/** The report as a page. */
export function resultsPage({ machine, versions, rows }: Report, at: Date): string {
  const cells = rows.map((row) => [row.name, row.value, row.floor ?? '', row.ratio ?? '', row.target ?? '', row.unit]);
  const table = [
    ['', 'value', 'floor', 'ratio', 'target', 'unit'],
    ['---', '--:', '--:', '--:', '--:', '---'],
    ...cells,
  ];
  return `# Speed

Measured ${at.toISOString().slice(0, 10)} with \`npm run bench\`, Trunkline ${versions.trunkline}, Node ${versions.node}, nats-server ${versions.nats_server}.
Machine: ${machine.cores} cores (${machine.cpu}), ${machine.memory_gb} GB, ${machine.os}. Everything shares them: load generator, NATS, services.

${table.map((line) => `| ${line.join(' | ')} |`).join('\n')}

Only the ratios are judged: value and floor are measured in turn, several times, and the ratio is the median of the pairs' ratios.
The floor of the ingress rows is \`node:http\`, an HMAC and a JetStream publish with its acknowledgement, in one process, nothing
else; of "webhook to turn", the same and a bare JetStream consumer. Events are native payloads of 1 KiB, signed (Standard Webhooks),
with an idempotency key and \`Prefer: wait=0\`, over 1,000 conversations; the load generator is a process of its own with 32
connections. "Half load" is half of the gateway's throughput, at a fixed rate, for both. The floor of the router row is the same
router with 1,000 sessions.

Slack and Telegram: messages in 1,000 channels and supergroups, signed or with the secret of the webhook. Against "chat sdk" the floor
column is the Chat SDK with its state in memory and handlers that do nothing, which stores no event; against "grammY", a bare grammY
webhook whose only middleware publishes the update to JetStream and waits for the acknowledgement.
`;
}
