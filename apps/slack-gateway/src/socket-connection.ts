import { parseJson } from '@trunkline/gateway-kit';
import { WebSocket, type RawData } from 'ws';
import { z } from 'zod';
import { maybe } from './slack-payload.ts';

/** Something of Slack's on a connection; it wants to hear its id on this very connection once it is stored. */
export interface SocketEnvelope {
  id: string;
  payload: unknown;
  retryAttempt: number | undefined;
  retryReason: string | undefined;
}

/** Why a connection ends: what Slack said, or what we saw. */
export type SocketEnd =
  'refresh_requested' | 'warning' | 'link_disabled' | 'too_many_websockets' | 'closed' | 'silent' | 'failed';

export interface SocketTiming {
  /** A connection that has not greeted us after this time is given up. */
  helloMs: number;
  /** How often we ask whether the other side is there. */
  pingMs: number;
  /** Nothing heard for this long, not even an answer to a ping: it is half-open. */
  silentMs: number;
}

/** One connection. It is used until `ending` resolves, and then still takes what comes until it is closed. */
export interface SocketConnection {
  /** Whether Slack greeted us: only then do envelopes come. */
  readonly greeted: Promise<boolean>;
  /** Resolves when a replacement is due: Slack said so, or the connection is gone. */
  readonly ending: Promise<SocketEnd>;
  /** Resolves when it is gone. */
  readonly closed: Promise<void>;
  /** Closes it after what is being taken was acknowledged, in `graceMs` at most. Callable twice. */
  close(graceMs: number): Promise<void>;
}

const frame = z.object({
  type: z.string(),
  reason: maybe(z.string()),
  envelope_id: maybe(z.string().max(200)),
  payload: z.unknown().optional(),
  retry_attempt: maybe(z.number()),
  retry_reason: maybe(z.string().regex(/^\w{1,40}$/)),
});
type Frame = z.output<typeof frame>;

const announced = new Set<string>([
  'refresh_requested',
  'warning',
  'link_disabled',
  'too_many_websockets',
] satisfies SocketEnd[]);
const largestFrame = 4 * 1024 * 1024;

/**
 * Opens a connection. `take` answers whether the envelope may be acknowledged. The acknowledgement may fail, as the connection
 * may be gone by then: Slack sends the envelope again, and the store knows it.
 */
export function openSocket(
  { url, timing }: { url: string; timing: SocketTiming },
  take: (envelope: SocketEnvelope) => Promise<boolean>,
): SocketConnection {
  const options = { maxPayload: largestFrame, handshakeTimeout: timing.helloMs, perMessageDeflate: false };
  const socket = new WebSocket(url, options);
  const greeted = Promise.withResolvers<boolean>();
  const ending = Promise.withResolvers<SocketEnd>();
  const closed = Promise.withResolvers<void>();
  const taking = new Set<Promise<void>>();
  const watchdog = watch(socket, timing, () => ending.resolve('silent'));

  onFrames(socket, {
    hello() {
      watchdog.greeted();
      greeted.resolve(true);
    },
    disconnect(reason) {
      ending.resolve(reason);
      greeted.resolve(false);
    },
    envelope(envelope) {
      const taken = take(envelope)
        .then((may) => may && acknowledge(socket, envelope.id))
        .then(() => void taking.delete(taken));
      taking.add(taken);
    },
  });
  socket.on('error', () => ending.resolve('failed'));
  socket.on('close', () => {
    watchdog.stop();
    greeted.resolve(false);
    ending.resolve('closed');
    closed.resolve();
  });
  const over = { greeted: greeted.promise, ending: ending.promise, closed: closed.promise };
  return { ...over, close: (graceMs) => closeAfter(taking, { socket, graceMs, closed: closed.promise }) };
}

async function closeAfter(
  taking: ReadonlySet<Promise<void>>,
  { socket, graceMs, closed }: { socket: WebSocket; graceMs: number; closed: Promise<void> },
): Promise<void> {
  const timer = setTimeout(() => socket.terminate(), graceMs);
  await Promise.race([Promise.all(taking), closed]);
  socket.close(1000);
  await closed;
  clearTimeout(timer);
}

interface Listener {
  hello(): void;
  disconnect(reason: SocketEnd): void;
  envelope(envelope: SocketEnvelope): void;
}

/** Frames of kinds that we do not know, and what is no frame at all, are passed over. */
function onFrames(socket: WebSocket, listener: Listener): void {
  socket.on('message', (data) => {
    const read = readFrame(data);
    if (read?.type === 'hello') return listener.hello();
    if (read?.type === 'disconnect') return listener.disconnect(endOf(read.reason));
    if (read?.envelope_id === undefined) return;
    const { envelope_id: id, payload, retry_attempt: retryAttempt, retry_reason: retryReason } = read;
    listener.envelope({ id, payload, retryAttempt, retryReason });
  });
}

const endOf = (reason: string | undefined) => (isAnnounced(reason) ? reason : 'refresh_requested');
const isAnnounced = (reason: string | undefined): reason is SocketEnd => reason !== undefined && announced.has(reason);

function acknowledge(socket: WebSocket, envelopeId: string): void {
  // To a connection that has gone meanwhile it cannot be said, and to another one it must not.
  if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify({ envelope_id: envelopeId }), () => undefined);
}

function readFrame(data: RawData): Frame | undefined {
  const bytes = Array.isArray(data) ? Buffer.concat(data) : Buffer.isBuffer(data) ? data : Buffer.from(data);
  const json = parseJson(bytes);
  const read = json.ok ? frame.safeParse(json.value) : undefined;
  return read?.data;
}

/** Finds half-open connections: no error tells of them, only that nothing comes any more. */
function watch(socket: WebSocket, { helloMs, pingMs, silentMs }: SocketTiming, onSilent: () => void) {
  let heardAt = performance.now();
  const heard = () => {
    heardAt = performance.now();
  };
  const giveUp = () => {
    onSilent();
    socket.terminate();
  };
  const greeting = setTimeout(giveUp, helloMs);
  const pinging = setInterval(() => {
    if (performance.now() - heardAt > silentMs) return giveUp();
    if (socket.readyState === WebSocket.OPEN) socket.ping();
  }, pingMs);
  socket.on('ping', heard).on('pong', heard).on('message', heard);
  return {
    greeted: () => clearTimeout(greeting),
    stop(): void {
      clearTimeout(greeting);
      clearInterval(pinging);
    },
  };
}
