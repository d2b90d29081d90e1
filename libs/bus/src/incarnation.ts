import type { StreamInfo } from '@nats-io/jetstream';

/** Where a restored stream keeps which one it goes on from. */
const field = 'trunkline.incarnation';

/**
 * What tells a stream from one of the same name that counts from another start: when it was made. One that was restored with its sequences
 * goes on where the saved one stood, so it keeps that one's.
 */
export const incarnationIn = ({
  created,
  config,
}: {
  created: string;
  config: Pick<StreamInfo['config'], 'metadata'>;
}) => config.metadata?.[field] ?? created;

/** The configuration of a stream that goes on from another one. */
export function continuing<C extends { metadata?: unknown }>(config: C, incarnation: string): C & { metadata: object } {
  const { metadata } = config;
  return { ...config, metadata: { ...(typeof metadata === 'object' ? metadata : {}), [field]: incarnation } };
}
