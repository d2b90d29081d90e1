import { token, type Bus } from '@trunkline/bus';

/** A group that became a supergroup, which has another id and other message ids. */
export interface ChatMove {
  connector: string;
  from: string;
  to: string;
}

/** Where chats went: known to every process of an installation, for good. */
export interface ChatMigrations {
  /** The id that a chat has now. */
  newestId(connector: string, chatId: string): string;
  /** Ids that it had before, so that what was allowed for them still is. */
  formerIds(connector: string, chatId: string): string[];
  /** Counts here at once; a bus that does not answer is no failure, as Telegram says it again. */
  remember(move: ChatMove): Promise<void>;
}

type MoveRecord = ChatMove & { v: 1 };

// Beside the records of targets, whose keys are one token.
const keyOf = ({ connector, from }: Omit<ChatMove, 'to'>) => `moved.telegram.${token(connector)}.${token(from)}`;
const longestChain = 8;

/** Follows the bucket `targets`; resolves once what is known there is known here. */
export async function openChatMigrations({ bus }: { bus: Pick<Bus, 'bucket' | 'log'> }): Promise<ChatMigrations> {
  const bucket = bus.bucket<MoveRecord>('targets');
  const moves = new Map<string, ChatMove>();
  await bucket.watch('moved.telegram.*.*', ({ key, value }) => {
    if (value) moves.set(key, value);
    else moves.delete(key);
  });
  return {
    newestId(connector, chatId) {
      let id = chatId;
      for (let step = 0; step < longestChain; step++) {
        const move = moves.get(keyOf({ connector, from: id }));
        if (!move) return id;
        id = move.to;
      }
      return id;
    },
    formerIds(connector, chatId) {
      const ids = [chatId];
      for (const id of ids) {
        const before = [...moves.values()].filter((move) => move.connector === connector && move.to === id);
        ids.push(...before.map(({ from }) => from).filter((from) => !ids.includes(from)));
      }
      return ids.slice(1);
    },
    async remember({ connector, from, to }) {
      const key = keyOf({ connector, from });
      if (moves.get(key)?.to === to || from === to) return;
      moves.set(key, { connector, from, to });
      try {
        await bucket.put(key, { v: 1, connector, from, to });
      } catch (error) {
        bus.log.warn({ err: error, connector: { kind: 'telegram', name: connector } }, 'chat-move.not-kept');
      }
    },
  };
}
