/** How long things on Telegram's side take here. */
export interface Timing {
  /** What one of Telegram's seconds lasts, in ms: long polls, redelivery, 409 and setWebhook limits. 1000; tests make it small. */
  secondMs: number;
  /** How long a webhook may take to answer, in Telegram's seconds. */
  webhookTimeoutSeconds: number;
}

export const usualTiming: Timing = { secondMs: 1000, webhookTimeoutSeconds: 60 };
