import { webApi } from '@slack/bolt';
import type { FakeSlack } from '../fake-slack.ts';
import { silentLogger } from './silent-logger.ts';

/** Slack's own client against a fake, without retries of its own; it logs nothing. */
export const webClient = (slack: Pick<FakeSlack, 'apiUrl'>, token: string) =>
  new webApi.WebClient(token, {
    slackApiUrl: slack.apiUrl,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    logger: silentLogger,
  });

/** The error string that a call was refused with. */
export async function refusalOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return 'ok';
  } catch (error) {
    if (error instanceof webApi.WebAPIPlatformError) return error.data.error;
    throw error;
  }
}
