import { openBus, requireStreams, roleOf, untilAnswered, type Bus } from '@trunkline/bus';
import { busSettings } from './bus-settings.ts';
import type { OptionTable } from './option.ts';
import type { Service } from './service.ts';

/**
 * Connects a service to the bus, waiting for the server as long as it takes, and closes the connection when the service stops.
 * Throws BusNotReadyError when the server is too old or its streams are not what this version needs.
 */
export async function connectBus<O extends OptionTable>(service: Service<O>): Promise<Bus> {
  const bus = await openBus(busSettings(service), service.log);
  service.onStop(() => bus.close());
  service.ready('bus', () => ({ ready: bus.state() === 'connected', state: bus.state() }));
  const { metrics } = service.telemetry;
  metrics.watch('bus_connected', {}, () => (bus.state() === 'connected' ? 1 : 0));
  bus.onState((state) => state === 'connected' && metrics.count('bus_reconnects_total', {}));
  const closed = () => service.stopping.aborted || bus.state() === 'closed';
  const required = { nc: bus.connection, names: bus.names, role: roleOf(service.name), user: service.options.natsUser };
  await untilAnswered(() => requireStreams(required), { log: service.log, closed });
  return bus;
}
