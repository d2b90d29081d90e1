import { startRawSidecar } from './raw-sidecar.ts';

const { env } = process;
const variable = (name: string) => env[`TRUNKLINE_CONNECTOR_${name}`] ?? '';
const [, , broken] = process.argv;

const sidecar = await startRawSidecar({
  gatewayUrl: variable('GATEWAY_URL'),
  connector: variable('NAME'),
  token: variable('SHARED_TOKEN'),
  credentialToken: variable('CREDENTIAL_TOKEN'),
  port: Number(new URL(variable('BASE_URL')).port),
  broken,
});

process.once('SIGTERM', () => {
  void sidecar.drain().then(() => process.exit(broken === 'drain-exit' ? 3 : 0));
});
