import type { WebSocket } from 'ws';
import { seenBy } from './post-message.ts';
import { intents, type Dispatch, type World } from './world.ts';

const keptFrames = 1_000;

interface Frame {
  op: 0;
  s: number;
  t: string;
  d: unknown;
}

/** One session: what a connection has identified for, and what it can have again after a resume. */
export class GatewaySession {
  readonly id: string;
  readonly intents: number;
  readonly #world: World;
  #seq = 0;
  #frames: Frame[] = [];
  #send: ((frame: Frame) => void) | undefined;

  constructor({ id, intents, world }: { id: string; intents: number; world: World }) {
    this.id = id;
    this.intents = intents;
    this.#world = world;
  }

  get seq(): number {
    return this.#seq;
  }

  attach(send: (frame: Frame) => void): void {
    this.#send = send;
  }

  detach(): void {
    this.#send = undefined;
  }

  /** What a session without the intent does not get is not kept for it either. */
  dispatch({ t, d, intent }: Dispatch): void {
    if (intent !== undefined && (this.intents & intent) === 0) return;
    const full = (this.intents & intents.messageContent) !== 0;
    const seen = t.startsWith('MESSAGE_') && 'author' in d ? seenBy(this.#world, d, full) : d;
    const frame: Frame = { op: 0, s: ++this.#seq, t, d: structuredClone(seen) };
    this.#frames = [...this.#frames.slice(-keptFrames), frame];
    this.#send?.(frame);
  }

  /** All that came after `seq`, in order; undefined when that is too long ago. */
  after(seq: number): Frame[] | undefined {
    const first = this.#frames[0]?.s ?? 1;
    return seq + 1 < first || seq > this.#seq ? undefined : this.#frames.filter(({ s }) => s > seq);
  }
}

/** Sends a frame that belongs to no session. */
export function sendFrame(socket: WebSocket, op: number, d: unknown = null): void {
  socket.send(JSON.stringify({ op, d, s: null, t: null }));
}
