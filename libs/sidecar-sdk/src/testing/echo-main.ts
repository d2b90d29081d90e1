import { createSidecar } from '../create-sidecar.ts';
import { echo, quiet } from './echo.ts';

const sidecar = createSidecar({
  platform: 'echo',
  env: process.env,
  log: quiet,
  deliver: (delivery) => echo(sidecar, delivery),
  async disconnect() {
    void sidecar.submit({ event_id: 'left', content: 'The platform was left.' });
  },
});

await sidecar.run();
