export { type DiscordFault, type DiscordFaultRule } from './discord/faults.ts';
export { type DiscordChannel, type DiscordMessage, type DiscordUser } from './discord/message.ts';
export { type DiscordCall } from './discord/rest-api.ts';
export { startFakeDiscord, type FakeDiscord, type FakeDiscordOptions } from './discord/start-fake-discord.ts';
export { findLeaks, findLeaksInFolder, type Outcome } from './find-leaks.ts';
export { freePort } from './free-port.ts';
export { NatsServerFailedError, startNats, type NatsServer, type StartNatsOptions } from './start-nats.ts';
export {
  countingIds,
  type AppSpec,
  type ChannelSpec,
  type InstallSpec,
  type TeamSpec,
  type UserSpec,
  type WorldSpec,
} from './slack/build-world.ts';
export { type Attempt, type EventDelivery, type FailureReason } from './slack/delivery.ts';
export { type FakeSlack } from './slack/fake-slack.ts';
export { type ApiFault, type EventFault, type FaultCall, type FaultRule, type Faults } from './slack/faults.ts';
export { type FakeMessage } from './slack/message-store.ts';
export { type Done, type MessageAt, type Said } from './slack/people.ts';
export { signatureHeaders } from './slack/signing.ts';
export { type SocketView, type Sockets } from './slack/socket-mode.ts';
export { startFakeSlack, type FakeSlackOptions } from './slack/start-fake-slack.ts';
export { type RecordedCall } from './slack/web-api.ts';
export { tempDir, type TempDir } from './temp-dir.ts';
export { WaitTimedOutError, waitFor, type WaitForOptions } from './wait-for.ts';
export type { FakeTelegram, FakeTelegramOptions, TelegramCall, WebhookPost } from './telegram/fake-telegram.ts';
export type { Fault as TelegramFault, FaultRule as TelegramFaultRule } from './telegram/faults.ts';
export type { MessageEntity, TelegramMessage } from './telegram/message.ts';
export { startFakeTelegram } from './telegram/start-fake-telegram.ts';
export type { TelegramUpdate } from './telegram/update.ts';
