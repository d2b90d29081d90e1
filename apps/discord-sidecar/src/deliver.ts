import { retryable, terminal, type Asset, type Delivery, type Sidecar } from '@trunkline/sidecar-sdk';
import type { ConnectionState } from './connection-status.ts';
import type { DiscordApi, Post } from './discord-api.ts';
import { classify } from './discord-errors.ts';
import { render, type Step } from './render.ts';
import { readRoute } from './reply-route.ts';

export interface DeliverDeps {
  api(): Pick<DiscordApi, 'post'> | undefined;
  state(): ConnectionState;
  sidecar(): Pick<Sidecar, 'downloadAsset' | 'log'>;
  /** Whether the gateway has told of a message of ours with this nonce: then it is there, whatever became of the answer. */
  isPosted(nonce: string): boolean;
  /** Discord does not know the token any more. */
  tokenRefused(): void;
}

/** Deliveries of which some steps are done. Beyond that Discord knows a nonce for some minutes. */
const remembered = 1_000;

/**
 * Says a delivery on Discord, message by message. A repeat goes on behind the last step that is known to be done; a step whose outcome
 * is unknown is sent again with the same nonce, which Discord answers with the message that it has, unless we have heard of it.
 */
export function createDeliver(deps: DeliverDeps): (delivery: Delivery) => Promise<void> {
  const done = new Map<string, number>();

  return async (delivery) => {
    const { delivery_id } = delivery;
    const route = readRoute(delivery.reply_route);
    if (!route)
      throw terminal('The reply route is not one of this sidecar: <channel id> or <channel id>/<message id>.');
    const api = ready(deps);
    const steps = render(delivery);
    if (steps.length === 0) throw terminal('There is nothing to say in the delivery.');
    for (const [index, step] of steps.entries()) {
      if (index < (done.get(delivery_id) ?? 0) || deps.isPosted(step.nonce)) continue;
      const files = await Promise.all(step.files.map((file) => fetchFile(file, deps)));
      await post({ ...route, step, files, first: index === 0 }, { ...deps, api });
      note(done, delivery_id, index + 1);
    }
    done.delete(delivery_id);
  };
}

function ready({ api, state }: DeliverDeps): Pick<DiscordApi, 'post'> {
  const current = state();
  if (current.state === 'misconfigured' && !current.canSend) throw retryable(current.detail);
  const connected = api();
  if (!connected) throw retryable('Not connected to Discord yet.');
  return connected;
}

interface Posting {
  channelId: string;
  messageId?: string | undefined;
  step: Step;
  files: Post['files'];
  first: boolean;
}

async function post(
  { channelId, messageId, step, files, first }: Posting,
  { api, tokenRefused }: Pick<DeliverDeps, 'tokenRefused'> & { api: Pick<DiscordApi, 'post'> },
): Promise<void> {
  const { content, nonce } = step;
  try {
    await api.post({ channelId, content, nonce, files, replyTo: first ? messageId : undefined });
  } catch (error) {
    const { status, detail, tokenRefused: refused } = classify(error);
    if (refused) tokenRefused();
    throw status === 'terminal_error' ? terminal(detail, error) : retryable(detail, error);
  }
}

async function fetchFile(asset: Asset, { sidecar }: DeliverDeps): Promise<Post['files'][number]> {
  const bytes = await sidecar().downloadAsset(asset);
  return { name: asset.file_name ?? `file-${asset.id}`, bytes, mediaType: asset.media_type };
}

function note(done: Map<string, number>, deliveryId: string, steps: number): void {
  done.delete(deliveryId);
  done.set(deliveryId, steps);
  const [oldest] = done.keys();
  if (done.size > remembered && oldest !== undefined) done.delete(oldest);
}
