import type { OutputView } from '@trunkline/control-api';
import type { Step } from './steps.tsx';

type NotRouted = Exclude<OutputView['state'], 'routed'>;

/** Why an output has no deliveries. */
export const outputStateInWords: Readonly<Record<NotRouted, string>> = {
  waiting: 'No router has looked at it yet, or it is a dead letter: then Live shows why, as “dead”.',
  local: 'It has no reply target: it stays in the session.',
  repeated: 'It was said before under the same id.',
  unreadable: 'It could not be read.',
};

export const outputStepState: Readonly<Record<NotRouted, Step['state']>> = {
  waiting: 'waiting',
  local: 'skipped',
  repeated: 'skipped',
  unreadable: 'failed',
};
