import type { FetchOutcome, GuardedFetch, OutgoingRequest } from '@trunkline/gateway-kit';

/** Calls that answer as told; what was asked is kept. */
export function stubFetch(
  answer: (request: OutgoingRequest) => Partial<Extract<FetchOutcome, { kind: 'response' }>> | 'lost',
) {
  const asked: OutgoingRequest[] = [];
  const call = (request: OutgoingRequest): Promise<FetchOutcome> => {
    asked.push(request);
    const given = answer(request);
    if (given === 'lost') return Promise.resolve({ kind: 'timeout', sent: true });
    return Promise.resolve({
      kind: 'response',
      status: 200,
      headers: {},
      body: Buffer.alloc(0),
      truncated: false,
      ...given,
    });
  };
  const fetch: GuardedFetch = Object.assign(call, { close: () => Promise.resolve() });
  return { fetch, asked };
}

export const jsonBody = (value: object) => ({ body: Buffer.from(JSON.stringify(value)) });
