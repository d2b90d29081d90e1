import type { Bus } from '@trunkline/bus';
import type { StepContext, StepOutcome } from '@trunkline/deliveries';
import { canonicalTarget, deliveryIdOf, targetKey, type Delivery } from '@trunkline/events';
import { runDeliveries } from '@trunkline/gateway-kit';

/** A delivery of an output with this id to a URL, through the http connector `hook`. */
export function deliveryTo(url: string, outputId: string, more: Partial<Delivery> = {}): Delivery {
  const target = canonicalTarget({ type: 'http', url, connector: 'hook' });
  const session_id = more.session_id ?? 'ses-1';
  return {
    v: 1,
    delivery_id: deliveryIdOf(session_id, outputId, targetKey(target)),
    output_id: outputId,
    session_id,
    target,
    output: { output_id: outputId, session_id, content: 'hello' },
    created_at: new Date().toISOString(),
    expires_at: new Date(Date.now() + 24 * 3_600_000).toISOString(),
    ...more,
  };
}

/** An http gateway's outgoing side whose calls do what the test says; each delivery has two steps. */
export async function deliverWith(bus: Bus, onCall: (call: StepContext & { step: number }) => StepOutcome) {
  const lanes = await runDeliveries(
    {
      kind: 'http',
      worker: 'control-plane-test',
      deliverer: {
        plan: () => [{ index: 0 }, { index: 1 }],
        deliverStep: async ({ index }, context) => onCall({ ...context, step: index }),
      },
      connectors: { state: () => ({ state: 'ready', onUnknown: 'resend' }), onChange: () => () => {} },
      allowed: () => ({ allowed: true }),
      log: bus.log,
    },
    { bus },
  );
  return { [Symbol.asyncDispose]: () => lanes.drain() };
}
