import { token, type Bus } from '@trunkline/bus';

interface Claim {
  event_id: string;
}

/**
 * The event id that a message goes by: ours, or that of a twin which came before us.
 *
 * The first of several deliveries claims the place of the message (channel and ts) for its id, by compare-and-set; the others adopt
 * it and then store their event under it, which the store recognizes as a duplicate. Nothing is ever skipped because of a
 * claim: who crashes between claim and store leaves an id behind that the retry, or the twin, stores the event under.
 *
 * Claims lie beside the receipts, which are kept for as long as event ids are (26 h): after that there are no retries either.
 */
export async function claimEventId(
  { connector, twinOf, ownId }: { connector: string; twinOf: string; ownId: string },
  bus: Pick<Bus, 'bucket'>,
): Promise<string> {
  const claims = bus.bucket<Claim>('receipts');
  const key = `twins.slack.${token(connector)}.${token(twinOf)}`;
  for (;;) {
    if ((await claims.create(key, { event_id: ownId })) !== undefined) return ownId;
    const taken = await claims.get(key);
    // Gone in between: its time was up.
    if (taken) return taken.value.event_id;
  }
}
