import type { Connectors, ConnectorState } from '@trunkline/deliveries';
import type { ConnectorKind } from '@trunkline/events';
import type { Inventory, InventoryEntry } from '@trunkline/inventory';

/** The connectors of a kind as deliveries see them: what cannot work now parks them, and each change is heard. */
export function deliveryConnectors(kind: ConnectorKind, inventory: Pick<Inventory, 'get' | 'onChange'>): Connectors {
  return {
    state(ref) {
      // The pseudo-connector of http targets that belong to none (spec 1.9).
      if (ref.kind === 'http' && ref.name === '_') return { state: 'ready', onUnknown: 'resend' };
      return stateOf(inventory.get(kind, ref.name));
    },
    onChange: (listener) =>
      inventory.onChange((change) => {
        const { name } = change.type === 'removed' ? change.old : change.new;
        listener({ kind, name });
      }),
  };
}

function stateOf(entry: InventoryEntry | undefined): ConnectorState {
  switch (entry?.state) {
    case undefined:
      return { state: 'unavailable', code: 'connector_not_found', reason: 'There is no connector of this name.' };
    case 'disabled':
      return { state: 'unavailable', code: 'connector_disabled', reason: 'The connector is switched off.' };
    case 'degraded':
      return { state: 'unavailable', code: 'connector_degraded', reason: entry.reason };
    case 'ready':
      return { state: 'ready', onUnknown: entry.config.on_unknown };
  }
}
