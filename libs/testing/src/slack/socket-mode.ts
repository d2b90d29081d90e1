import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import type { FailureReason } from './delivery.ts';
import { isJson, type Json } from './json.ts';
import type { World } from './world.ts';

const maxConnections = 10;

/** What goes into a Socket Mode envelope. */
export interface SocketEnvelope {
  type: 'events_api' | 'slash_commands' | 'interactive';
  payload: Json;
  accepts_response_payload: boolean;
  retry_attempt?: number;
  retry_reason?: string;
}

/** What became of an envelope on one connection. */
export interface SocketAnswer {
  socket?: number;
  payload?: Json;
  failed?: FailureReason;
}

/** Why Slack ends a connection. */
export type DisconnectReason = 'warning' | 'refresh_requested' | 'link_disabled' | 'too_many_websockets';

/** One connection, as a test sees it. `leaving`: it was told to go and gets no more envelopes. */
export interface SocketView {
  id: number;
  app: string;
  openedAt: number;
  sent: number;
  acked: number;
  frozen: boolean;
  leaving: boolean;
}

/** What a test can do to the connections; they are numbered from 0 in the order in which they opened. */
export interface Sockets {
  /** Connections that are open now. */
  list(app?: string): SocketView[];
  /** How many were opened since the start. */
  opened(app?: string): number;
  /** Tells a connection to go (`refresh_requested` unless told otherwise), and closes it a moment later. */
  refresh(id: number, reason?: DisconnectReason): void;
  /** Closes it without a word. */
  close(id: number): void;
  /** Makes it half-open: no pings, no pongs, what is sent on it is swallowed in both directions. */
  freeze(id: number): void;
  /** Ends all connections of an app as when Socket Mode is switched off. */
  disable(app: string): void;
}

interface Connection extends SocketView {
  socket: WebSocket;
  pending: Map<string, (answer: SocketAnswer) => void>;
}

interface Settings {
  ackTimeoutMs: number;
  pingEveryMs: number;
  /** From a disconnect frame to the end of its connection. */
  disconnectAfterMs: number;
}

/** Slack's end of Socket Mode: `upgrade` takes connections with a ticket, `send` gives an envelope to one of them. */
export class SocketMode {
  readonly #server = new WebSocketServer({ noServer: true, autoPong: false });
  readonly #tickets = new Map<string, string>();
  readonly #turns = new Map<string, number>();
  /** Every connection since the start. */
  readonly #connections: Connection[] = [];
  readonly #world: World;
  readonly #settings: Settings;

  constructor({ world, settings }: { world: World; settings: Settings }) {
    this.#world = world;
    this.#settings = settings;
  }

  /** A ticket for one connection of an app. */
  openTicket(app: string): string {
    const ticket = crypto.randomUUID();
    this.#tickets.set(ticket, app);
    return ticket;
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const ticket = new URL(request.url ?? '/', 'ws://fake').searchParams.get('ticket') ?? '';
    const app = this.#tickets.get(ticket);
    this.#tickets.delete(ticket);
    if (app === undefined) return void socket.end('HTTP/1.1 401 Unauthorized\r\nconnection: close\r\n\r\n');
    this.#server.handleUpgrade(request, socket, head, (accepted) => this.#join(accepted, app));
  }

  /** Connections take turns; those that were asked to go get nothing more. */
  send(app: string, envelope: SocketEnvelope): Promise<SocketAnswer> {
    const able = this.#open(app).filter(({ leaving }) => !leaving);
    const turn = this.#turns.get(app) ?? 0;
    const connection = able[turn % Math.max(able.length, 1)];
    if (!connection) return Promise.resolve({ failed: 'connection_failed' });
    this.#turns.set(app, turn + 1);
    return ask(connection, envelope, this.#settings.ackTimeoutMs);
  }

  /** What tests hold. */
  controls(): Sockets {
    return {
      list: (app) => this.#open(app).map(({ socket: _socket, pending: _pending, ...view }) => view),
      opened: (app) => this.#connections.filter((each) => app === undefined || each.app === app).length,
      refresh: (id, reason = 'refresh_requested') => this.#dismiss(this.#byId(id), reason),
      close: (id) => this.#byId(id).socket.close(),
      freeze: (id) => {
        this.#byId(id).frozen = true;
      },
      disable: (app) => {
        for (const connection of this.#open(app)) this.#dismiss(connection, 'link_disabled', 0);
      },
    };
  }

  stop(): void {
    for (const { socket } of this.#connections) socket.terminate();
    this.#server.close();
  }

  #open(app?: string): Connection[] {
    const all = this.#connections.filter((each) => app === undefined || each.app === app);
    return all.filter(({ socket }) => socket.readyState === socket.OPEN);
  }

  #byId(id: number): Connection {
    const connection = this.#open().find((each) => each.id === id);
    if (!connection) throw new Error(`Socket Mode connection ${id} is not open.`);
    return connection;
  }

  #join(socket: WebSocket, app: string): void {
    const id = this.#connections.length;
    const view = { id, app, openedAt: this.#world.now(), sent: 0, acked: 0, frozen: false, leaving: false };
    const connection: Connection = { ...view, socket, pending: new Map() };
    this.#connections.push(connection);
    listen(connection, this.#settings.pingEveryMs);
    const open = this.#open(app).length;
    if (open > maxConnections) return this.#dismiss(connection, 'too_many_websockets', 0);
    write(connection, {
      type: 'hello',
      num_connections: open,
      connection_info: { app_id: app },
      debug_info: { host: `applink-${id}`, build_number: 1, approximate_connection_time: 18_060 },
    });
  }

  #dismiss(connection: Connection, reason: DisconnectReason, afterMs = this.#settings.disconnectAfterMs): void {
    write(connection, { type: 'disconnect', reason, debug_info: { host: `applink-${connection.id}` } });
    // A warning only announces the refresh that follows.
    if (reason === 'warning') return;
    connection.leaving = true;
    setTimeout(() => connection.socket.close(), afterMs).unref();
  }
}

function listen(connection: Connection, pingEveryMs: number): void {
  const { socket } = connection;
  const unlessFrozen = (act: () => void) => connection.frozen || act();
  const pings = setInterval(() => unlessFrozen(() => socket.ping(`Ping from applink-${connection.id}`)), pingEveryMs);
  pings.unref();
  socket.on('ping', (data) => unlessFrozen(() => socket.pong(data)));
  socket.on('message', (data) => unlessFrozen(() => hear(connection, data.toString())));
  socket.on('error', () => socket.terminate());
  socket.on('close', () => {
    clearInterval(pings);
    for (const answer of connection.pending.values()) answer({ socket: connection.id, failed: 'connection_failed' });
  });
}

function ask(connection: Connection, envelope: SocketEnvelope, ackTimeoutMs: number): Promise<SocketAnswer> {
  const envelope_id = crypto.randomUUID();
  const { promise, resolve } = Promise.withResolvers<SocketAnswer>();
  const timer = setTimeout(() => resolve({ socket: connection.id, failed: 'http_timeout' }), ackTimeoutMs);
  connection.pending.set(envelope_id, resolve);
  connection.sent += 1;
  write(connection, { envelope_id, ...envelope });
  return promise.finally(() => {
    clearTimeout(timer);
    connection.pending.delete(envelope_id);
  });
}

function write(connection: Connection, frame: Json): void {
  if (!connection.frozen) connection.socket.send(JSON.stringify(frame));
}

/** An acknowledgement counts only on the connection that its envelope went out on. */
function hear(connection: Connection, text: string): void {
  const frame: unknown = JSON.parse(text);
  if (!isJson(frame) || typeof frame['envelope_id'] !== 'string') return;
  const answer = connection.pending.get(frame['envelope_id']);
  if (!answer) return;
  connection.acked += 1;
  answer({ socket: connection.id, ...(isJson(frame['payload']) && { payload: frame['payload'] }) });
}
