import { expect, it } from 'vitest';
import type { ConnectorKind } from '@trunkline/events';
import type { InventoryChange, InventoryEntry } from '@trunkline/inventory';
import { deliveryConnectors } from './delivery-connectors.ts';

const facts = { kind: 'slack' as const, name: 'team', source: 'file' as const };
const config = { on_unknown: 'surface' };

function inventoryWith(entry?: object) {
  const listeners = new Set<(change: InventoryChange) => void>();
  return {
    get: (_kind: ConnectorKind, name: string) => (name === 'team' ? (entry as never) : undefined),
    onChange(listener: (change: InventoryChange) => void) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    change: (change: InventoryChange) => listeners.forEach((listener) => listener(change)),
  };
}

it.each([
  { entry: { ...facts, state: 'ready', config, secrets: {} }, state: { state: 'ready', onUnknown: 'surface' } },
  { entry: { ...facts, state: 'disabled', config }, state: { state: 'unavailable', code: 'connector_disabled' } },
  {
    entry: { ...facts, state: 'degraded', reason: 'no token' },
    state: { code: 'connector_degraded', reason: 'no token' },
  },
  { entry: undefined, state: { state: 'unavailable', code: 'connector_not_found' } },
])('parks deliveries unless the connector works ($state)', ({ entry, state }) => {
  expect(deliveryConnectors('slack', inventoryWith(entry)).state({ kind: 'slack', name: 'team' })).toMatchObject(state);
});

it('knows the pseudo-connector of http targets that belong to none', () => {
  const connectors = deliveryConnectors('http', inventoryWith());
  expect(connectors.state({ kind: 'http', name: '_' })).toEqual({ state: 'ready', onUnknown: 'resend' });
});

it('passes changes on until it is stopped', () => {
  const inventory = inventoryWith();
  const heard: unknown[] = [];
  const stop = deliveryConnectors('slack', inventory).onChange((ref) => heard.push(ref));
  const entry = { ...facts, state: 'disabled', config } as unknown as InventoryEntry;
  inventory.change({ type: 'removed', old: entry });
  stop();
  inventory.change({ type: 'added', new: entry });
  expect(heard).toEqual([{ kind: 'slack', name: 'team' }]);
});
