import { setTimeout as sleep } from 'node:timers/promises';
import type { Response } from 'express';
import type { ApiFault, EventFault } from './faults.ts';
import { reset } from './web-api.ts';

/** Waits, and answers what a fault answers before anything is done; false when the request is to be served. */
export async function spoilResponse(
  response: Response,
  { delayMs, fault }: { delayMs: number; fault?: ApiFault | EventFault },
): Promise<boolean> {
  if (delayMs > 0) await sleep(delayMs);
  if (fault?.do === 'drop') reset(response);
  else if (fault?.do === 'server_error') response.status(fault.status ?? 500).send('error');
  else if (fault?.do === 'rate_limited')
    response.status(429).set('retry-after', String(fault.retryAfterSeconds)).send('');
  else if (fault?.do === 'garbage') response.type('html').send(loginPage);
  else return false;
  return true;
}

/** What Slack shows to whoever it does not know. */
export const loginPage =
  '<!DOCTYPE html><html><head><title>Sign in | Slack</title></head><body>Sign in to Slack</body></html>';
