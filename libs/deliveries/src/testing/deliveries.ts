import { canonicalTarget, deliveryIdOf, targetKey, type Delivery } from '@trunkline/events';
import type { Deliverer, Step, StepContext, StepOutcome } from '../deliverer.ts';

/** A delivery of an output with this id to a URL. */
export function deliveryTo(url: string, outputId = 'out-1', more: Partial<Delivery> = {}): Delivery {
  const target = canonicalTarget({ type: 'http', url, connector: 'hook' });
  return {
    v: 1,
    delivery_id: deliveryIdOf('ses-1', outputId, targetKey(target)),
    output_id: outputId,
    session_id: 'ses-1',
    target,
    output: { output_id: outputId, session_id: 'ses-1', content: 'hello' },
    created_at: new Date().toISOString(),
    expires_at: new Date(Date.now() + 24 * 3_600_000).toISOString(),
    ...more,
  };
}

export interface Call extends StepContext {
  step: number;
}

/** Does what the script says to each call, and remembers the calls. */
export function scriptedDeliverer(options: {
  steps?: number;
  onCall(call: Call): StepOutcome | Promise<StepOutcome>;
}): Deliverer & { calls: Call[] } {
  const calls: Call[] = [];
  return {
    calls,
    plan: () => Array.from({ length: options.steps ?? 1 }, (_, index): Step => ({ index })),
    async deliverStep({ index }, context) {
      const call = { ...context, step: index };
      calls.push(call);
      return options.onCall(call);
    },
  };
}
