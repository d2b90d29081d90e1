import type { Bus } from '@trunkline/bus';
import { createEmitter, type EmitOutcome, type EmitRequest, type EmitterDeps } from './emitter.ts';
import type { ObjectToStore } from './pack-event.ts';
import type { RateLimit } from './rate-limit.ts';

/** Stores an event together with what was taken out of it. */
export type EmitPackage = (request: EmitRequest, objects: readonly ObjectToStore[]) => Promise<EmitOutcome>;

/**
 * An emitter that puts an event's objects away after the rate limit admitted it and before the event itself is stored: one
 * that is turned away leaves nothing behind, and no stored event refers to an object that is not there.
 */
export function createAdmittedEmitter(
  deps: EmitterDeps & { rateLimit: RateLimit; bus: EmitterDeps['bus'] & Pick<Bus, 'objects'> },
): EmitPackage {
  const { bus, rateLimit } = deps;
  const plain = createEmitter(deps);

  const admitting = (objects: readonly ObjectToStore[]): RateLimit => ({
    async take(key, rate) {
      const taken = await rateLimit.take(key, rate);
      if (taken.ok) await Promise.all(objects.map(({ store, name, object }) => bus.objects(store).put(name, object)));
      return taken;
    },
    refund: (key) => rateLimit.refund(key),
  });

  return (request, objects) => {
    if (objects.length === 0) return plain.emit(request);
    return createEmitter({ ...deps, rateLimit: admitting(objects) }).emit(request);
  };
}
