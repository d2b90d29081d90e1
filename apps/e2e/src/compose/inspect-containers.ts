import type { ComposeProject } from './compose-project.ts';

/** What the engine knows of a container. */
interface Inspected {
  Name: string;
  Config: { User: string; Env: string[] };
  HostConfig: { ReadonlyRootfs: boolean; CapDrop: string[]; SecurityOpt: string[] };
  NetworkSettings: { Ports: Record<string, { HostIp: string }[] | null> };
}

/** How far a container is shut in, in words that can be compared. */
export interface Hardening {
  name: string;
  user: string;
  readOnly: boolean;
  dropped: string[];
  security: string[];
  /** The addresses of this machine that lead to it. */
  published: string[];
  /** Variables whose values are secrets. */
  secrets: string[];
}

/** What is expected of a container that nobody outside reaches. */
export const hardened: Omit<Hardening, 'name'> = {
  user: '1000:1000',
  readOnly: true,
  dropped: ['ALL'],
  security: ['no-new-privileges:true'],
  published: [],
  secrets: [],
};

/** All containers of a project. */
export async function inspectContainers(project: ComposeProject): Promise<Hardening[]> {
  const ids = (await project.containers()).map(({ ID }) => ID);
  const all: Inspected[] = JSON.parse(await project.docker('inspect', ...ids));
  return all.map(hardeningOf);
}

function hardeningOf({ Name, Config, HostConfig, NetworkSettings }: Inspected): Hardening {
  const bindings = Object.values(NetworkSettings.Ports).flatMap((ports) => ports ?? []);
  return {
    name: Name,
    user: Config.User,
    readOnly: HostConfig.ReadonlyRootfs,
    dropped: HostConfig.CapDrop,
    security: HostConfig.SecurityOpt,
    published: [...new Set(bindings.map(({ HostIp }) => HostIp))],
    secrets: Config.Env.filter((variable) => /PASSWORD=|MASTER_KEY=.|TOKEN=/.test(variable)),
  };
}
