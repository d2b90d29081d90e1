import { setTimeout as sleep } from 'node:timers/promises';
import type { Installation } from './installation.ts';
import type { SecretDoor } from './secret-doors.ts';

/** Somebody who knocks at every door all the time, with each secret that counts at the moment. */
export interface DoorTraffic {
  /** Posts that were taken. */
  readonly accepted: number;
  /** Posts that were not, in words; none is expected. */
  readonly refused: readonly string[];
  /** What is presented at a door from now on, in turn. */
  present(door: SecretDoor, secrets: readonly string[]): void;
  /** One post at one replica; its status. */
  knock(door: SecretDoor, how: { secret: string; replica: number; text?: string }): Promise<number>;
  stop(): Promise<void>;
}

/** Knocks at each door every `everyMs`, at its replicas in turn, once it is told what to present there. */
export function startDoorTraffic(
  doors: readonly SecretDoor[],
  { installation, everyMs }: { installation: Installation; everyMs: number },
): DoorTraffic {
  const presented = new Map<SecretDoor, readonly string[]>();
  const refused: string[] = [];
  const ending = new AbortController();
  let accepted = 0;
  let serial = 0;

  async function knock(
    door: SecretDoor,
    { secret, replica, text = 'quiet' }: { secret: string; replica: number; text?: string },
  ): Promise<number> {
    const urls = installation.gatewayUrlsOf(door.kind);
    const { path, headers, body } = door.request(secret, { serial: serial++, text });
    const response = await fetch(`${urls[replica % urls.length]}${path}`, { method: 'POST', headers, body });
    installation.leakWatch.saw(`an answer of ${door.name}`, await response.text());
    if (response.ok) accepted += 1;
    return response.status;
  }

  async function knockOn(door: SecretDoor): Promise<void> {
    for (let n = 0; !ending.signal.aborted; n++) {
      const secrets = presented.get(door) ?? [];
      const secret = secrets[n % secrets.length];
      if (secret !== undefined) {
        const status = await knock(door, { secret, replica: Math.floor(n / secrets.length) }).catch(String);
        if (status !== 200 && status !== 202) refused.push(`${door.name}, 1 of ${secrets.length} secrets: ${status}`);
      }
      await sleep(everyMs);
    }
  }

  const running = Promise.all(doors.map(knockOn));
  return {
    get accepted() {
      return accepted;
    },
    refused,
    present: (door, secrets) => void presented.set(door, secrets),
    knock,
    async stop() {
      ending.abort();
      await running;
    },
  };
}
