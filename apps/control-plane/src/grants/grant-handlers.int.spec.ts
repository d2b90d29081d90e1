import { ControlRefusedError } from '@trunkline/control-api';
import type { Grant } from '@trunkline/events';
import { expect, it } from 'vitest';
import { startTestApi } from '../testing/start-test-api.ts';

it('grants are shown without their digest while they last, and one that is revoked is gone from the bus', async () => {
  await using api = await startTestApi();
  const bucket = api.bus.bucket<Grant>('grants');
  const issued_at = new Date().toISOString();
  const grant = (connector: string, lastMs: number): Grant => ({
    ...{ v: 1, epoch: 1, connector, issued_at, grant_id: `grt_${connector}`, token_digest: 'digest' },
    keys: { BOT: 'shared.bot' },
    expires_at_ms: Date.now() + lastMs,
  });
  await bucket.put('external.side', grant('side', 300_000));
  await bucket.put('external.gone', grant('gone', -1));

  const { items } = (await api.admin.call('listGrants', {})).body;
  expect(items).toMatchObject([{ kind: 'external', connector: 'side', keys: { BOT: 'shared.bot' } }]);
  expect(JSON.stringify(items)).not.toContain('digest');

  const params = { kind: 'external', connector: 'side' };
  await api.admin.call('revokeGrant', { params });
  expect(await bucket.get('external.side')).toBeUndefined();
  await expect(api.admin.call('revokeGrant', { params })).rejects.toBeInstanceOf(ControlRefusedError);
});
