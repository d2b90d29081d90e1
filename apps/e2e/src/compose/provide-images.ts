import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import type { ComposeProject } from './compose-project.ts';

/** Services whose public image can be stood in for, by the Dockerfile that makes the stand-in. */
const standIns: Readonly<Record<string, string>> = {
  collector: 'collector.Dockerfile',
  prometheus: 'prometheus.Dockerfile',
};
const folder = resolve(import.meta.dirname, 'stand-ins');
const pullForMs = 60_000;

/**
 * Sees to it that the public images of these services are on the engine: they are, or are pulled, or a stand-in is built and gets their
 * name (and the label `trunkline.stand-in`). Returns the services for which none of that can be done, and says so.
 */
export async function provideImages(services: readonly string[], project: ComposeProject): Promise<string[]> {
  const missing: string[] = [];
  for (const service of services) {
    const image = await imageOf(service, project);
    const isHere = () => project.docker('image', 'inspect', image).then(yes, no);
    if ((await isHere()) || (await pull(image))) continue;
    const dockerfile = standIns[service];
    if (dockerfile === undefined) {
      missing.push(service);
      process.stderr.write(`docker compose: ${service} is left out: ${image} cannot be pulled.\n`);
      continue;
    }
    process.stderr.write(`docker compose: ${image} cannot be pulled: a stand-in is built.\n`);
    await project.docker('build', '--quiet', '--tag', image, '--file', resolve(folder, dockerfile), folder);
  }
  return missing;
}

async function imageOf(service: string, project: ComposeProject): Promise<string> {
  const printed = await project.compose('config', '--format', 'json', service);
  const { services }: { services: Record<string, { image: string }> } = JSON.parse(printed);
  const image = services[service]?.image;
  if (image === undefined) throw new Error(`docker-compose.yml has no image of ${service}.`);
  return image;
}

const pull = (image: string) =>
  promisify(execFile)('docker', ['pull', '--quiet', image], { timeout: pullForMs }).then(yes, no);

const yes = () => true;
const no = () => false;
