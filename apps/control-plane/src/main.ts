import { connectBus, runService } from '@trunkline/service';
import { controlPlaneOptions } from './options.ts';
import { startApi } from './start-api.ts';

await runService(
  'control-plane',
  {
    summary: 'Serves the API for operators: connectors, secrets, sessions, deliveries, events, tokens.',
    options: controlPlaneOptions,
    keyring: 'required',
  },
  async (service) => {
    const bus = await connectBus(service);
    await startApi(service, { bus });
  },
);
