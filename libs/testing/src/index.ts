export { freePort } from './free-port.ts';
export { NatsServerFailedError, startNats, type NatsServer, type StartNatsOptions } from './start-nats.ts';
export { tempDir, type TempDir } from './temp-dir.ts';
export { WaitTimedOutError, waitFor, type WaitForOptions } from './wait-for.ts';
