import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import { isJson, type Json } from '../slack/json.ts';
import { GatewaySession, sendFrame } from './gateway-session.ts';
import { intents, isThread, type World } from './world.ts';

const privilegedIntents = intents.messageContent;
const knownIntents = 0x3ffffff;
const maxFrameBytes = 4_096;
const usualClose = 1_000;

/** One IDENTIFY or RESUME that a client sent. */
export interface Hello {
  op: 'identify' | 'resume';
  intents?: number;
  seq?: number;
  /** `resume_gateway_url` was used. */
  onResumeUrl: boolean;
}

interface Connection {
  socket: WebSocket;
  onResumeUrl: boolean;
  frozen: boolean;
  session?: GatewaySession;
}

/** Discord's end of the gateway: `upgrade` takes connections, `dispatch` tells those whose intents fit. */
export class Gateway {
  readonly hellos: Hello[] = [];
  readonly #server = new WebSocketServer({ noServer: true });
  readonly #sessions = new Map<string, GatewaySession>();
  readonly #connections = new Set<Connection>();
  readonly #world: World;
  readonly #heartbeatMs: number;
  #refuseWith: number | undefined;

  constructor({ world, heartbeatMs }: { world: World; heartbeatMs: number }) {
    this.#world = world;
    this.#heartbeatMs = heartbeatMs;
  }

  dispatch(what: Parameters<GatewaySession['dispatch']>[0]): void {
    for (const session of this.#sessions.values()) session.dispatch(what);
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const url = new URL(request.url ?? '/', 'ws://fake');
    this.#server.handleUpgrade(request, socket, head, (accepted) => {
      if (url.searchParams.get('v') !== '10') return accepted.close(4012, 'Invalid API version.');
      this.#listen({ socket: accepted, onResumeUrl: url.pathname.startsWith('/resume'), frozen: false });
    });
  }

  /** How many connections are open. */
  get open(): number {
    return [...this.#connections].filter(({ socket }) => socket.readyState === socket.OPEN).length;
  }

  /** How many of these have a session, and thereby hear of what happens. */
  get ready(): number {
    return [...this.#connections].filter(({ session }) => session).length;
  }

  /** Closes every connection; without a code the sockets just end. */
  drop(code?: number): void {
    for (const { socket } of this.#connections) {
      if (code === undefined) socket.terminate();
      else socket.close(code);
    }
  }

  /** Op 7: come again and resume. */
  askToReconnect(): void {
    for (const { socket } of this.#connections) sendFrame(socket, 7);
  }

  /** Op 9. Not resumable: the session is gone, with all that it kept. */
  invalidate(resumable: boolean): void {
    if (!resumable) this.forgetSessions();
    for (const { socket } of this.#connections) sendFrame(socket, 9, resumable);
  }

  /** The next resume is told op 9 `false`. */
  forgetSessions(): void {
    this.#sessions.clear();
  }

  /** Half-open: nothing is answered and nothing is sent on the connections that are open now. */
  freeze(): void {
    for (const connection of this.#connections) {
      connection.frozen = true;
      connection.session?.detach();
    }
  }

  /** Every IDENTIFY and RESUME from now on is answered with this close code; undefined: no more. */
  refuseWith(code: number | undefined): void {
    this.#refuseWith = code;
  }

  stop(): void {
    this.drop();
    this.#server.close();
  }

  #listen(connection: Connection): void {
    const { socket } = connection;
    this.#connections.add(connection);
    let deadline = setTimeout(() => socket.close(4009), this.#heartbeatMs * 2).unref();
    const beat = () => {
      clearTimeout(deadline);
      deadline = setTimeout(() => socket.close(4009), this.#heartbeatMs * 2).unref();
    };
    socket.on('message', (data) => {
      if (connection.frozen) return;
      beat();
      this.#hear(connection, data.toString());
    });
    socket.on('error', () => socket.terminate());
    socket.on('close', (code) => {
      clearTimeout(deadline);
      this.#connections.delete(connection);
      connection.session?.detach();
      // A client that says 1000 or 1001 gives its session up.
      if (connection.session && (code === usualClose || code === 1_001)) this.#sessions.delete(connection.session.id);
    });
    sendFrame(socket, 10, { heartbeat_interval: this.#heartbeatMs, _trace: [] });
  }

  #hear(connection: Connection, text: string): void {
    const { socket } = connection;
    if (Buffer.byteLength(text) > maxFrameBytes) return socket.close(4002, 'Error while decoding payload.');
    const frame: unknown = JSON.parse(text);
    if (!isJson(frame)) return socket.close(4002, 'Error while decoding payload.');
    const d = isJson(frame['d']) ? frame['d'] : {};
    switch (frame['op']) {
      case 1:
        return sendFrame(socket, 11);
      case 2:
        return this.#identify(connection, d);
      case 6:
        return this.#resume(connection, d);
      case 3:
      case 4:
      case 8:
        if (!connection.session) socket.close(4003, 'Not authenticated.');
        return;
      default:
        return socket.close(4001, 'Unknown opcode.');
    }
  }

  #identify(connection: Connection, d: Json): void {
    const { socket, onResumeUrl } = connection;
    const asked = Number(d['intents']);
    this.hellos.push({ op: 'identify', intents: asked, onResumeUrl });
    if (connection.session) return socket.close(4005, 'Already authenticated.');
    const fault = this.#refuseWith ?? this.#faultOf(d, asked);
    if (fault !== undefined) return socket.close(fault);
    const session = new GatewaySession({ id: crypto.randomUUID(), intents: asked, world: this.#world });
    this.#sessions.set(session.id, session);
    this.#attach(connection, session);
    session.dispatch({ t: 'READY', d: this.#readyFor(session, d) });
    for (const guild of this.#world.guilds)
      session.dispatch({ t: 'GUILD_CREATE', d: describeGuild(this.#world, guild) });
  }

  #faultOf(d: Json, asked: number): number | undefined {
    if (String(d['token']).replace(/^Bot /, '') !== this.#world.bot.token) return 4004;
    if (!Number.isInteger(asked) || asked < 0 || asked > knownIntents) return 4013;
    if ((asked & privilegedIntents) !== 0 && !this.#world.bot.messageContent) return 4014;
    return undefined;
  }

  #resume(connection: Connection, d: Json): void {
    const { socket, onResumeUrl } = connection;
    const seq = Number(d['seq']);
    this.hellos.push({ op: 'resume', seq, onResumeUrl });
    if (this.#refuseWith !== undefined) return socket.close(this.#refuseWith);
    if (String(d['token']).replace(/^Bot /, '') !== this.#world.bot.token) return socket.close(4004);
    const session = this.#sessions.get(String(d['session_id']));
    const missed = session?.after(seq);
    if (!session || !missed) return sendFrame(socket, 9, false);
    for (const frame of missed) socket.send(JSON.stringify(frame));
    this.#attach(connection, session);
    session.dispatch({ t: 'RESUMED', d: { _trace: [] } });
  }

  #attach(connection: Connection, session: GatewaySession): void {
    connection.session = session;
    session.attach((frame) => connection.socket.send(JSON.stringify(frame)));
  }

  #readyFor(session: GatewaySession, d: Json): Record<string, unknown> {
    const { bot, guilds, url } = this.#world;
    return {
      v: 10,
      user: { ...bot.user, verified: true, mfa_enabled: false, email: null, flags: 0 },
      guilds: guilds.map(({ id }) => ({ id, unavailable: true })),
      session_id: session.id,
      resume_gateway_url: `${url.replace('http', 'ws')}/resume`,
      ...(d['shard'] !== undefined && { shard: d['shard'] }),
      application: { id: bot.applicationId, flags: bot.messageContent ? 1 << 18 : 0 },
    };
  }
}

function describeGuild(world: World, { id, name, joined_at }: World['guilds'][number]): Record<string, unknown> {
  const seen = [...world.channels.values()].filter(({ channel, may }) => channel.guild_id === id && may.view);
  const of = (threads: boolean) => seen.map(({ channel }) => channel).filter((each) => isThread(each) === threads);
  return {
    id,
    name,
    joined_at,
    owner_id: '200000000000000001',
    large: false,
    unavailable: false,
    member_count: world.users.size,
    roles: [
      { id, name: '@everyone', permissions: '1071698660929', position: 0, color: 0, hoist: false, managed: false },
    ],
    emojis: [],
    features: [],
    stickers: [],
    channels: of(false),
    threads: of(true).filter(({ thread_metadata }) => !thread_metadata?.archived),
    members: [{ user: world.bot.user, roles: [], joined_at, deaf: false, mute: false, flags: 0 }],
    presences: [],
    voice_states: [],
    stage_instances: [],
    guild_scheduled_events: [],
    soundboard_sounds: [],
    preferred_locale: 'en-US',
  };
}
