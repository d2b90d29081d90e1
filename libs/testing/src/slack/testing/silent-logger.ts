import { LogLevel, type Logger } from '@slack/bolt';

/** A logger for Slack's SDKs that says nothing: what they complain about is what the tests ask for. */
export const silentLogger: Logger = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
  setLevel: () => {},
  getLevel: () => LogLevel.ERROR,
  setName: () => {},
};
