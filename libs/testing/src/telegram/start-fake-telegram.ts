import { once } from 'node:events';
import { createServer } from 'node:http';
import { createBot } from './bot.ts';
import type { FakeTelegram, FakeTelegramOptions } from './fake-telegram.ts';
import { createInspection } from './inspection.ts';
import { createPeopleChats } from './people-chats.ts';
import { createPeopleFiles } from './people-files.ts';
import { createPeople } from './people.ts';
import { createSite } from './site.ts';
import { usualTiming } from './timing.ts';
import { createWorld, openChat, type Limits } from './world.ts';

const usualLimits: Limits = {
  downloadBytes: 20 * 1024 * 1024,
  uploadBytes: 50 * 1024 * 1024,
  photoBytes: 10 * 1024 * 1024,
};

/** Starts a fake Bot API on 127.0.0.1: `await using telegram = await startFakeTelegram()`. */
export async function startFakeTelegram(options: FakeTelegramOptions = {}): Promise<FakeTelegram> {
  const now = options.now ?? Date.now;
  const timing = { ...usualTiming, ...options.timing };
  const bots = (options.bots ?? [{ token: '4242:fake-telegram-token', username: 'trunkline_bot' }]).map((bot) =>
    createBot(bot, { now, firstUpdateId: options.firstUpdateId ?? 100_000_001 }),
  );
  const world = createWorld({ now, bots, limits: { ...usualLimits, ...options.limits } });
  for (const chat of options.chats ?? []) openChat(world, chat);
  const site = createSite(world, { timing, options });
  const server = createServer(site.app);
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return Object.assign(createInspection(world, site), {
    ...createPeople(world),
    ...createPeopleFiles(world),
    ...createPeopleChats(world),
    url: `http://127.0.0.1:${port}`,
    port,
    token: bots[0]?.token ?? '',
    faults: site.faults,
    [Symbol.asyncDispose]: async () => {
      site.close();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  });
}
