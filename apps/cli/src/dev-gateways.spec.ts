import { expect, it } from 'vitest';
import { wantedControlPort, wantedPort } from './dev-gateways.ts';

it('gateways and control plane want ports beside each other, past the one of the terminal', () => {
  expect([wantedPort('http', 8080), wantedPort('slack', 8080), wantedPort('external', 8080)]).toEqual([
    8080, 8082, 8084,
  ]);
  expect(wantedControlPort(8080)).toBe(8085);
  expect([wantedPort('slack', 0), wantedControlPort(0)]).toEqual([0, 0]);
});
