export { consume, type ConsumeOptions, type TurnConsumer } from './consume.ts';
export { type ConsumedTurn, type Reply, type ReplyStream, type SessionState } from './consumed-turn.ts';
export { type TurnFilter } from './turn-filter.ts';
export { type TurnHandler } from './turn-worker.ts';
