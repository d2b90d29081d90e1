import type { FakeTelegram } from '../fake-telegram.ts';

export interface RawAnswer {
  status: number;
  retryAfter: string | null;
  ok: boolean;
  result?: unknown;
  error_code?: number;
  description?: string;
  parameters?: Record<string, number>;
}

/** Calls a method as JSON and answers all that came back. */
export async function rawCall(
  telegram: Pick<FakeTelegram, 'url' | 'token'>,
  method: string,
  args: Record<string, unknown> = {},
): Promise<RawAnswer> {
  const response = await fetch(`${telegram.url}/bot${telegram.token}/${method}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', connection: 'close' },
    body: JSON.stringify(args),
  });
  const body = (await response.json()) as Omit<RawAnswer, 'status' | 'retryAfter'>;
  return { status: response.status, retryAfter: response.headers.get('retry-after'), ...body };
}

/** The ids of the updates that a getUpdates answer holds. */
export const idsOf = ({ result }: RawAnswer): number[] =>
  ((result ?? []) as { update_id: number }[]).map((update) => update.update_id);
