import type { ComposeProject } from './compose-project.ts';

/** The services that may have several replicas, and how many they get at the height of a test. */
export const heights = { 'slack-gateway': 3, 'telegram-gateway': 2, 'session-router': 2, 'http-gateway': 2 } as const;

const single = ['external-gateway', 'control-plane', 'echo-agent', 'replies'] as const;

/** Changes how many replicas there are, of all services at once. */
export async function scaleTo(counts: Record<string, number>, project: ComposeProject): Promise<void> {
  const flags = Object.entries(counts).flatMap(([service, count]) => ['--scale', `${service}=${count}`]);
  await project.compose('up', '--detach', '--no-recreate', ...flags);
  for (const [service, count] of Object.entries(counts)) await project.healthy(service, count);
}

/** Restarts the replicas of each service one after the other, as an upgrade does. */
export async function rollingRestart(project: ComposeProject): Promise<void> {
  for (const service of [...Object.keys(heights), ...single, 'caddy']) {
    const replicas = await running(service, project);
    for (const { ID } of replicas) {
      await project.docker('restart', '--time', '25', ID);
      await project.healthy(service, replicas.length);
    }
  }
}

/** Kills the process in each container at once, one service after the other; docker starts what died again. */
export async function killEach(project: ComposeProject): Promise<void> {
  for (const service of [...Object.keys(heights), ...single]) {
    const replicas = await running(service, project);
    // tini is the first process and ends with its only child.
    for (const { ID } of replicas)
      await project.docker('exec', ID, 'bash', '-c', 'kill -9 $(</proc/1/task/1/children)');
    await project.healthy(service, replicas.length);
  }
  // Nothing inside a container can kill its first process, and what docker itself kills stays down.
  for (const service of ['caddy', 'nats']) {
    await project.compose('kill', '--signal', 'KILL', service);
    await project.compose('start', service);
    await project.healthy(service);
  }
}

/** Restarts NATS as an operator does. */
export async function restartNats(project: ComposeProject): Promise<void> {
  await project.compose('restart', 'nats');
  await project.healthy('nats');
}

async function running(service: string, project: ComposeProject) {
  return (await project.containers(service)).filter(({ State }) => State === 'running');
}
