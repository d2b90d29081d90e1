import type { Bus } from '@trunkline/bus';
import { routes } from '@trunkline/control-api';
import { createAuthFailures, type Emitter, type IngressRoute } from '@trunkline/gateway-kit';
import type { Inventory } from '@trunkline/inventory';
import type { Keyring } from '@trunkline/secrets';
import type { Logger } from '@trunkline/telemetry';
import { auditHandlers } from './audit/audit-handlers.ts';
import { recordAudit } from './audit/record-audit.ts';
import { mayGoOn, type AuthenticateDeps } from './authenticate.ts';
import { deliveryHandlers } from './deliveries/delivery-handlers.ts';
import { grantHandlers } from './grants/grant-handlers.ts';
import { eventHandlers } from './events/event-handlers.ts';
import type { HandlersOf } from './operation.ts';
import { serveOperations } from './serve-operations.ts';
import { sessionHandlers } from './sessions/session-handlers.ts';
import { streamHandlers } from './stream/stream-handlers.ts';
import { tokenHandlers } from './tokens/token-handlers.ts';
import type { TokenStore } from './tokens/token-store.ts';

/** What the operations work with. */
export interface ApiDeps extends Pick<AuthenticateDeps, 'adminToken' | 'trustedProxies' | 'now'> {
  bus: Bus;
  keyring: Keyring;
  tokens: TokenStore;
  inventory: Pick<Inventory, 'get'>;
  /** Stores what operators send into the bus. */
  emitter: Emitter;
  /** Aborts when the process is about to end. */
  closing: AbortSignal;
  log: Logger;
}

/** The whole API as routes of a server: each area brings the handlers of its operations. */
export function createApi(deps: ApiDeps): IngressRoute[] {
  const { bus, tokens, inventory, emitter, closing, now } = deps;
  const handlers: HandlersOf<typeof routes> = {
    ...tokenHandlers({ tokens, now }),
    ...auditHandlers(bus),
    ...deliveryHandlers({ bus, now }),
    ...eventHandlers({ bus, inventory, emitter }),
    ...sessionHandlers({ bus, inventory, emitter, now }),
    ...streamHandlers({ bus, closing, isValid: (caller) => mayGoOn(caller, deps) }),
    ...grantHandlers({ bucket: bus.bucket('grants'), now }),
  };
  const failures = createAuthFailures({ now });
  return serveOperations(routes, handlers, { ...deps, failures, audit: (record) => recordAudit(record, bus) });
}
