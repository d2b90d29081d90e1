import { createHmac, randomUUID } from 'node:crypto';
import { CommandFailed } from './exit-codes.ts';
import { exitOf, nothingAnswers } from './simulate-outcome.ts';
import type { Terminal } from './terminal.ts';

export interface SimulateHttpFlags {
  connector: string;
  url: string;
  bearer?: string;
  signingSecret?: string;
  bindingKey?: string;
  idempotencyKey?: string;
}

/** Posts a webhook as a well-behaved sender would: idempotent, with a bearer token or a Standard Webhooks signature if asked. */
export async function simulateHttp(text: string, flags: SimulateHttpFlags, terminal: Terminal): Promise<void> {
  const id = flags.idempotencyKey ?? `sim_${randomUUID()}`;
  const body = JSON.stringify({
    content: text,
    idempotency_key: id,
    ...(flags.bindingKey && { binding_keys: [flags.bindingKey] }),
  });
  const address = `${flags.url}/v1/connectors/http/${encodeURIComponent(flags.connector)}`;
  const headers = {
    'content-type': 'application/json',
    ...(flags.bearer && { authorization: `Bearer ${flags.bearer}` }),
    ...(flags.signingSecret && signature({ id, body, secret: flags.signingSecret, now: Date.now() })),
  };
  const response = await fetch(address, { method: 'POST', headers, body }).catch((cause: unknown) => {
    throw nothingAnswers(flags.url, cause);
  });
  const answer = await response.text();
  terminal.out(answer);
  if (!response.ok)
    throw new CommandFailed(`${response.status} ${response.statusText}`, { exit: exitOf(response.status) });
}

/** Standard Webhooks 1.0: HMAC-SHA256 of `id.timestamp.body` under the base64 after `whsec_`. */
function signature(of: { id: string; body: string; secret: string; now: number }): Record<string, string> {
  const timestamp = String(Math.floor(of.now / 1000));
  const key = Buffer.from(of.secret.replace(/^whsec_/, ''), 'base64');
  const mac = createHmac('sha256', key).update(`${of.id}.${timestamp}.${of.body}`).digest('base64');
  return { 'webhook-id': of.id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${mac}` };
}
