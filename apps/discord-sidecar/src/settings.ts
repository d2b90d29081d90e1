import { z } from 'zod';

/** Variables by name, as in `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

const trimmed = z.string().trim();
const flag = (otherwise: boolean) =>
  trimmed
    .toLowerCase()
    .pipe(z.enum(['true', 'false', '1', '0', '']))
    .default('')
    .transform((value) => (value === '' ? otherwise : value === 'true' || value === '1'));

const snowflakes = trimmed
  .transform((text) => text.split(/[\s,]+/).filter((id) => id !== ''))
  .pipe(z.array(z.string().regex(/^\d{15,20}$/, 'must be ids (numbers of 15 to 20 digits), separated by commas')))
  .default([])
  .transform((ids): ReadonlySet<string> => new Set(ids));

const httpUrl = trimmed
  .refine((text) => /^https?:\/\//.test(text) && URL.canParse(text), 'must be an absolute http or https URL')
  .transform((text) => text.replace(/\/+$/, ''));

const settingsSchema = z.object({
  DISCORD_REQUIRE_MENTION: flag(true).describe('In channels, take only what mentions the bot or answers it.'),
  DISCORD_DIRECT_MESSAGES: flag(true).describe('Whether direct messages are taken.'),
  DISCORD_ALLOWED_GUILD_IDS: snowflakes.describe('Take nothing from other servers; empty: all.'),
  DISCORD_ALLOWED_CHANNEL_IDS: snowflakes.describe(
    'Take nothing from other channels, their threads included; empty: all.',
  ),
  DISCORD_API_BASE_URL: httpUrl.default('https://discord.com/api').describe("Discord's REST API, without a version."),
  DISCORD_STATE_DIR: trimmed.optional().describe('Where to remember how far channels were read.'),
});

/** What the operator can set, by what it is called here. */
export interface Settings {
  requireMention: boolean;
  directMessages: boolean;
  allowedGuilds: ReadonlySet<string>;
  allowedChannels: ReadonlySet<string>;
  apiUrl: string;
  stateDir: string | undefined;
}

/** Reads the settings, or says what is wrong with which of them, all at once. */
export function readSettings(env: Environment): { ok: true; settings: Settings } | { ok: false; fault: string } {
  const result = settingsSchema.safeParse(env);
  if (!result.success) {
    const faults = result.error.issues.map(({ path, message }) => `${String(path[0])}: ${message}`);
    return { ok: false, fault: [...new Set(faults)].join('; ') };
  }
  const { data } = result;
  return {
    ok: true,
    settings: {
      requireMention: data.DISCORD_REQUIRE_MENTION,
      directMessages: data.DISCORD_DIRECT_MESSAGES,
      allowedGuilds: data.DISCORD_ALLOWED_GUILD_IDS,
      allowedChannels: data.DISCORD_ALLOWED_CHANNEL_IDS,
      apiUrl: data.DISCORD_API_BASE_URL,
      stateDir: data.DISCORD_STATE_DIR || undefined,
    },
  };
}

/** Names of all settings with what they are for, as docs/discord.md lists them. */
export const settingNames: Record<string, string> = Object.fromEntries(
  Object.entries(settingsSchema.shape).map(([name, schema]) => [name, schema.description ?? '']),
);
