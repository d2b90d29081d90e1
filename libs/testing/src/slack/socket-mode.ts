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
export function createSocketMode({ world, settings }: { world: World; settings: Settings }) {
  const server = new WebSocketServer({ noServer: true, autoPong: false });
  const tickets = new Map<string, string>();
  const connections: Connection[] = [];
  const counts = new Map<string, number>();
  const turns = new Map<string, number>();
  const open = (app?: string) => connections.filter((each) => app === undefined || each.app === app);
  const byId = (id: number) => {
    const connection = connections.find((each) => each.id === id);
    if (!connection) throw new Error(`Socket Mode connection ${id} is not open.`);
    return connection;
  };
  let opened = 0;

  function join(socket: WebSocket, app: string): void {
    const connection: Connection = {
      id: opened++,
      app,
      openedAt: world.now(),
      sent: 0,
      acked: 0,
      frozen: false,
      leaving: false,
      socket,
      pending: new Map(),
    };
    counts.set(app, (counts.get(app) ?? 0) + 1);
    connections.push(connection);
    const pings = setInterval(
      () => connection.frozen || socket.ping(`Ping from applink ${connection.id}`),
      settings.pingEveryMs,
    );
    pings.unref();
    socket.on('ping', (data) => connection.frozen || socket.pong(data));
    socket.on('message', (data) => connection.frozen || hear(connection, data.toString()));
    socket.on('error', () => socket.terminate());
    socket.on('close', () => {
      clearInterval(pings);
      connections.splice(connections.indexOf(connection), 1);
      for (const answer of connection.pending.values()) answer({ socket: connection.id, failed: 'connection_failed' });
    });
    if (open(app).length > maxConnections) return dismiss(connection, 'too_many_websockets', 0);
    write(connection, {
      type: 'hello',
      num_connections: open(app).length,
      connection_info: { app_id: app },
      debug_info: { host: `applink-${connection.id}`, build_number: 1, approximate_connection_time: 18_060 },
    });
  }

  function dismiss(connection: Connection, reason: DisconnectReason, afterMs = settings.disconnectAfterMs): void {
    write(connection, { type: 'disconnect', reason, debug_info: { host: `applink-${connection.id}` } });
    // A warning only announces the refresh that follows.
    if (reason === 'warning') return;
    connection.leaving = true;
    setTimeout(() => connection.socket.close(), afterMs).unref();
  }

  function send(app: string, envelope: SocketEnvelope): Promise<SocketAnswer> {
    const able = open(app).filter(({ leaving }) => !leaving);
    const turn = turns.get(app) ?? 0;
    const connection = able[turn % Math.max(able.length, 1)];
    if (!connection) return Promise.resolve({ failed: 'connection_failed' });
    turns.set(app, turn + 1);
    return ask(connection, envelope);
  }

  function ask(connection: Connection, envelope: SocketEnvelope): Promise<SocketAnswer> {
    const envelope_id = crypto.randomUUID();
    const { promise, resolve } = Promise.withResolvers<SocketAnswer>();
    const timer = setTimeout(() => resolve({ socket: connection.id, failed: 'http_timeout' }), settings.ackTimeoutMs);
    connection.pending.set(envelope_id, resolve);
    connection.sent += 1;
    write(connection, { envelope_id, ...envelope });
    return promise.finally(() => {
      clearTimeout(timer);
      connection.pending.delete(envelope_id);
    });
  }

  const sockets: Sockets = {
    list: (app) => open(app).map(({ socket: _socket, pending: _pending, ...view }) => view),
    opened: (app) => (app === undefined ? opened : (counts.get(app) ?? 0)),
    refresh: (id, reason = 'refresh_requested') => dismiss(byId(id), reason),
    close: (id) => byId(id).socket.close(),
    freeze: (id) => {
      byId(id).frozen = true;
    },
    disable: (app) => {
      for (const connection of open(app)) dismiss(connection, 'link_disabled', 0);
    },
  };
  return {
    sockets,
    send,
    openTicket(app: string): string {
      const ticket = crypto.randomUUID();
      tickets.set(ticket, app);
      return ticket;
    },
    upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
      const ticket = new URL(request.url ?? '/', 'ws://fake').searchParams.get('ticket') ?? '';
      const app = tickets.get(ticket);
      tickets.delete(ticket);
      if (app === undefined) return void socket.end('HTTP/1.1 401 Unauthorized\r\nconnection: close\r\n\r\n');
      server.handleUpgrade(request, socket, head, (accepted) => join(accepted, app));
    },
    stop(): void {
      for (const { socket } of [...connections]) socket.terminate();
      server.close();
    },
  };
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
