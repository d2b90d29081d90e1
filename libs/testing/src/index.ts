export { freePort } from './free-port.ts';
export { NatsServerFailedError, startNats, type NatsServer, type StartNatsOptions } from './start-nats.ts';
export { tempDir, type TempDir } from './temp-dir.ts';
export { WaitTimedOutError, waitFor, type WaitForOptions } from './wait-for.ts';
export type { FakeTelegram, FakeTelegramOptions, TelegramCall, WebhookPost } from './telegram/fake-telegram.ts';
export type { Fault as TelegramFault, FaultRule as TelegramFaultRule } from './telegram/faults.ts';
export type { MessageEntity, TelegramMessage } from './telegram/message.ts';
export { startFakeTelegram } from './telegram/start-fake-telegram.ts';
export type { TelegramUpdate } from './telegram/update.ts';
