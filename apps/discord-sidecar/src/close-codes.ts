/** Close codes after which the gateway would say the same again: what the operator has to do about each. */
const fatalCloseCodes: Readonly<Record<number, string>> = {
  4004: 'Discord refused the token of the bot (4004). Put the current token (Developer Portal > Bot > Reset Token) into DISCORD_BOT_TOKEN.',
  4010: 'Discord refused the shard (4010). This version of the sidecar cannot serve this bot: update it.',
  4011: 'The bot is in too many servers for one connection (4011): it needs sharding, which this sidecar does not have.',
  4012: 'Discord no longer speaks this version of its gateway (4012): update the sidecar.',
  4013: 'Discord does not know an intent that was asked for (4013): update the sidecar.',
  4014: 'The Message Content Intent is not granted (4014). Switch it on (Developer Portal > Bot > Privileged Gateway Intents), or set DISCORD_REQUIRE_MENTION = "true"; then restart the connector.',
};

/** What to do about a close code that is final; undefined for those after which to connect again. */
export const fatalClose = (code: number): string | undefined => fatalCloseCodes[code];
