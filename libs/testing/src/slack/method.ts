import type { Json } from './json.ts';
import type { Announce } from './announce.ts';
import type { FakeApp, FakeInstall, World } from './world.ts';

/** The arguments of a call by name, JSON in forms already read. */
export type Args = Json;

/** What a method says; the fake adds nothing to it. */
export type Answer = ({ ok: true } | { ok: false; error: string }) & Json;

/** What a bot's method may use. */
export interface MethodContext {
  world: World;
  app: FakeApp;
  install: FakeInstall;
  announce: Announce;
  /** Base URL of the fake, without a slash at its end. */
  url: string;
  settings: MethodSettings;
  statuses: Map<string, { status: string; at: number; loading_messages: string[] }>;
  ephemerals: Json[];
  triggers: Map<string, { app: string; team: string; user: string; expiresAt: number; used: boolean }>;
}

/** Limits that tests change. */
export interface MethodSettings {
  /** A stream without an append for so long leaves its streaming state. */
  streamIdleMs: number;
}

/** A method of the Web API for bot tokens. `errors` are those that it gives itself, beside those that every method can give. */
export interface BotMethod {
  token: 'bot';
  /** Scopes of which a caller needs one; by arguments where a conversation decides. */
  scopes: readonly string[] | ((args: Args, context: MethodContext) => readonly string[]);
  errors: readonly string[];
  handle(args: Args, context: MethodContext): Answer;
}

/** A method for app-level tokens. */
export interface AppMethod {
  token: 'app';
  errors: readonly string[];
  handle(args: Args, context: { world: World; app: FakeApp; url: string }): Answer;
}

export type Method = BotMethod | AppMethod;

/** Errors that every method documents. */
export const commonErrors: readonly string[] = [
  'account_inactive',
  'fatal_error',
  'internal_error',
  'invalid_arguments',
  'invalid_auth',
  'invalid_json',
  'missing_scope',
  'not_allowed_token_type',
  'not_authed',
  'ratelimited',
  'request_timeout',
  'service_unavailable',
  'token_expired',
  'token_revoked',
];

/** A refusal with this error string. */
export const refuse = (error: string, more: Json = {}): Answer => ({ ...more, ok: false, error });

/** How Slack says that an argument is missing or malformed. */
export const badArgument = (message: string): Answer =>
  refuse('invalid_arguments', { response_metadata: { messages: [`[ERROR] ${message}`] } });

/** An argument as text; numbers and missing ones become text too. */
export const textArg = (args: Args, name: string): string => {
  const value = args[name];
  if (typeof value === 'string') return value;
  return typeof value === 'number' ? String(value) : '';
};

/** An argument as a flag: true, 1 and "true" are on. */
export const flagArg = (args: Args, name: string): boolean => ['true', '1'].includes(String(args[name]));
