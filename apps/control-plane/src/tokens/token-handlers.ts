import type { TokenView, tokenRoutes } from '@trunkline/control-api';
import { refuse, type HandlersOf } from '../operation.ts';
import { pageOf } from '../page-of.ts';
import { tokenView } from './token-record.ts';
import type { TokenStore } from './token-store.ts';

/** Operations on tokens. */
export function tokenHandlers(deps: { tokens: TokenStore; now: () => number }): HandlersOf<typeof tokenRoutes> {
  const { tokens, now } = deps;
  return {
    async listTokens({ query }) {
      const views = tokens.list().map((record) => tokenView(record, now()));
      // Two may be made in the same millisecond.
      const keyOf = (view: TokenView) => `${view.created_at}~${view.token_id}`;
      return { answer: pageOf(views, { ...query, keyOf, descending: true }) };
    },
    async createToken({ body, caller }) {
      const { name, role, expires_in_seconds: expiresInSeconds } = body;
      const made = await tokens.create({ name, role, expiresInSeconds, createdBy: caller.name, now: now() });
      const view = tokenView(made.record, now());
      return {
        answer: { ...view, token: made.token },
        audit: {
          target: { token_id: view.token_id },
          changes: [
            { field: 'name', to: name },
            { field: 'role', to: role },
            ...(view.expires_at === undefined ? [] : [{ field: 'expires_at', to: view.expires_at }]),
          ],
        },
      };
    },
    async revokeToken({ params }) {
      const revoked = await tokens.revoke(params.token_id, now());
      if (!revoked) return refuse('token_not_found', 'There is no token of this id. List them: trunkline tokens list.');
      const audit = { target: params, changes: [{ field: 'state', to: 'revoked' }] };
      return { answer: undefined, audit };
    },
    async whoAmI({ caller: { name, role, expires_at } }) {
      return { answer: { name, role, expires_at } };
    },
  };
}
