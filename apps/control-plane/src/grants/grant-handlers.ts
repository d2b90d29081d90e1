import { token, type Bucket } from '@trunkline/bus';
import type { grantRoutes } from '@trunkline/control-api';
import type { Grant } from '@trunkline/events';
import { refuse, type HandlersOf } from '../operation.ts';
import { pageOf } from '../page-of.ts';

export interface GrantDeps {
  bucket: Pick<Bucket<Grant>, 'get' | 'delete' | 'entries'>;
  now: () => number;
}

/** Operations on credential grants. */
export function grantHandlers({ bucket, now }: GrantDeps): HandlersOf<typeof grantRoutes> {
  return {
    async listGrants({ query }) {
      const views: ReturnType<typeof grantView>[] = [];
      for await (const { key, value } of bucket.entries()) {
        if (value.expires_at_ms > now()) views.push(grantView(key, value));
      }
      const keyOf = ({ kind, connector }: (typeof views)[number]) => `${kind}/${connector}`;
      return { answer: pageOf(views, { ...query, keyOf }) };
    },
    async revokeGrant({ params: { kind, connector } }) {
      const key = `${token(kind)}.${token(connector)}`;
      const found = await bucket.get(key);
      if (!found) return refuse('grant_not_found', 'No child of this connector holds a grant: trunkline grants list.');
      // Whatever its revision: a renewal in between is of the same grant or of a child that has just started.
      await bucket.delete(key);
      const audit = { target: { kind, name: connector }, changes: [{ field: 'grant', from: found.value.grant_id }] };
      return { answer: undefined, audit };
    },
  };
}

function grantView(key: string, { connector, grant_id, keys, issued_at, expires_at_ms }: Grant) {
  const [kind = ''] = key.split('.');
  return { kind, connector, grant_id, keys, issued_at, expires_at: new Date(expires_at_ms).toISOString() };
}
