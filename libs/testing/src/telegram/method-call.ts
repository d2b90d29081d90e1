import type { Args } from './args.ts';
import type { Bot } from './bot.ts';
import type { FloodControl } from './flood.ts';
import type { World } from './world.ts';

/** One call of a method, with what it may touch. */
export interface MethodCall {
  bot: Bot;
  args: Args;
  world: World;
  flood: FloodControl;
  /** Aborts when the caller hangs up. */
  signal: AbortSignal;
}
