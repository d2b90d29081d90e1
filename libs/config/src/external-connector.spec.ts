import { describeRules } from './testing/connector-rules.ts';

const child = { mode: 'child_process', base_url: 'http://127.0.0.1:8787', child_process: { command: 'run' } };
const childWith = (more: object) => ({ ...child, child_process: { command: 'run', ...more } });

describeRules([
  {
    kind: 'external',
    with: { platform: undefined },
    because: 'the platform is part of session ids',
    refused: 'platform is required',
  },
  {
    kind: 'external',
    with: { shared_token_env: undefined },
    because: 'sidecars call us',
    refused: 'needs shared_token, or allow_unauthenticated_ingress = true',
  },
  {
    kind: 'external',
    with: { base_url: 'https://sidecar.example/v1/' },
    because: 'a remote sidecar may live under a path',
  },
  {
    kind: 'external',
    with: { base_url: 'ftp://sidecar.example' },
    because: 'http or https',
    refused: 'base_url must be an absolute http or https URL',
  },
  { kind: 'external', with: child, because: 'a child on loopback with a port' },
  { kind: 'external', with: { ...child, base_url: 'http://[::1]:1' }, because: 'IPv6 loopback' },
  { kind: 'external', with: { ...child, base_url: 'http://localhost:80' }, because: 'the default port, if named' },
  {
    kind: 'external',
    with: { ...child, base_url: 'http://127.0.0.1' },
    because: 'the port is explicit',
    refused: 'base_url must name its port',
  },
  {
    kind: 'external',
    with: { ...child, base_url: 'http://127.0.0.1:0' },
    because: 'and a port',
    refused: 'base_url must name its port',
  },
  {
    kind: 'external',
    with: { ...child, base_url: 'http://10.0.0.1:1' },
    because: 'children stay on this machine',
    refused: 'base_url must be a loopback address',
  },
  {
    kind: 'external',
    with: { ...child, base_url: 'http://127.0.0.1.example:1' },
    because: 'a name that looks like loopback',
    refused: 'base_url must be a loopback address',
  },
  {
    kind: 'external',
    with: { ...child, base_url: 'http://127.0.0.1:1/x' },
    because: 'no path',
    refused: 'base_url must not have a path',
  },
  {
    kind: 'external',
    with: { ...child, child_process: undefined },
    because: 'something must be run',
    refused: 'mode child_process needs child_process',
  },
  {
    kind: 'external',
    with: { child_process: { command: 'run' } },
    because: 'a remote sidecar is not run',
    refused: 'child_process needs mode = "child_process"',
  },
  {
    kind: 'external',
    with: childWith({ command: ' ' }),
    because: 'a blank command',
    refused: 'child_process.command must not be blank',
  },
  {
    kind: 'external',
    with: childWith({ args: ['a\0b'] }),
    because: 'what no process can be given',
    refused: 'child_process.args[0] must not hold a NUL character',
  },
  {
    kind: 'external',
    with: childWith({ env: { TRUNKLINE_CONNECTOR_NAME: 'x' } }),
    because: 'reserved',
    refused: 'child_process.env.TRUNKLINE_CONNECTOR_NAME must not begin with',
  },
  { kind: 'external', with: childWith({ env: { TRUNKLINE_OTHER: 'x' } }), because: 'not reserved' },
  {
    kind: 'external',
    with: childWith({ credential_slots: { KHEISH_EXTERNAL_CONNECTOR_NAME: 'shared.x' } }),
    because: 'reserved in slots too',
    refused: 'child_process.credential_slots.KHEISH_EXTERNAL_CONNECTOR_NAME must not begin with',
  },
  {
    kind: 'external',
    with: childWith({ credential_slots: { TOKEN: 'connectors.external.a.token' } }),
    because: 'a slot is a reference',
  },
  {
    kind: 'external',
    with: childWith({ credential_slots: { TOKEN: 'connectors.slack.a.bot_token' } }),
    because: 'of its own kind',
    refused: 'child_process.credential_slots.TOKEN must start with',
  },
  {
    kind: 'external',
    with: childWith({ env: { A: '1' }, credential_slots: { A: 'shared.a' } }),
    because: 'one name, one meaning',
    refused: 'child_process.credential_slots.A is also set in env',
  },
  {
    kind: 'external',
    with: childWith({ env: { A: 1 } }),
    because: 'variables are text',
    refused: 'child_process.env.A must be a string in quotes',
  },
  {
    kind: 'external',
    with: childWith({ env: { 'A=B': '1' } }),
    because: 'no variable has this name',
    refused: 'child_process.env."A=B" must be the name of an environment variable',
  },
]);
