import type { Bus, FollowedWorkers } from '@trunkline/bus';
import { routes } from '@trunkline/control-api';
import type { Emitter, IngressRoute } from '@trunkline/gateway-kit';
import type { Inventory } from '@trunkline/inventory';
import type { FollowedSecretViews, SecretStore } from '@trunkline/secrets';
import type { Logger } from '@trunkline/telemetry';
import type { AccessDeps } from './access.ts';
import { auditHandlers } from './audit/audit-handlers.ts';
import { recordAudit } from './audit/record-audit.ts';
import { authenticate, type AuthenticateDeps } from './authenticate.ts';
import { connectorHandlers } from './connectors/connector-handlers.ts';
import type { ConnectorIndex } from './connectors/connector-index.ts';
import { deliveryHandlers } from './deliveries/delivery-handlers.ts';
import { eventHandlers } from './events/event-handlers.ts';
import type { FollowedStatus } from './gateways/follow-status.ts';
import { consoleHandlers } from './console/console-handlers.ts';
import { gatewayHandlers } from './gateways/gateway-handlers.ts';
import { grantHandlers } from './grants/grant-handlers.ts';
import type { HandlersOf } from './operation.ts';
import { overviewHandlers } from './overview/overview-handlers.ts';
import { secretHandlers } from './secrets/secret-handlers.ts';
import { serveOperations } from './serve-operations.ts';
import { sessionHandlers } from './sessions/session-handlers.ts';
import { streamHandlers } from './stream/stream-handlers.ts';
import { tokenHandlers } from './tokens/token-handlers.ts';
import type { TokenStore } from './tokens/token-store.ts';

/** What the operations work with. */
export interface ApiDeps extends AccessDeps {
  bus: Bus;
  tokens: TokenStore;
  /** All connectors of both sources; no secret is looked up. */
  inventory: Inventory;
  secrets: SecretStore;
  /** For lists; `secrets` tells what was just written too. */
  secretViews: FollowedSecretViews;
  status: FollowedStatus;
  index: ConnectorIndex;
  /** The session routers that run. */
  routers: FollowedWorkers;
  /** Stores what operators send into the bus. */
  emitter: Emitter;
  /** Aborts when the process is about to end. */
  closing: AbortSignal;
  log: Logger;
  /** Everything that tells who a caller is. */
  access: AuthenticateDeps;
  /** Where a browser goes to sign in with the identity provider, if there is one. */
  oidcUrl: string | undefined;
}

/** The whole API as routes of a server: each area brings the handlers of its operations. */
export function createApi(deps: ApiDeps): IngressRoute[] {
  const { bus, tokens, now, access, oidcUrl } = deps;
  const handlers: HandlersOf<typeof routes> = {
    ...overviewHandlers(deps),
    ...connectorHandlers({ ...deps, bucket: bus.bucket('connectors'), sessions: bus.bucket('sessions') }),
    ...tokenHandlers({ tokens, now }),
    ...auditHandlers(bus),
    ...consoleHandlers({ ...access, log: deps.log, now, oidcUrl }),
    ...deliveryHandlers({ bus, now }),
    ...eventHandlers(deps),
    ...sessionHandlers(deps),
    ...streamHandlers({ ...deps, isKnown: (req) => 'caller' in authenticate(req, access) }),
    ...gatewayHandlers({ bus, now }),
    ...grantHandlers({ bucket: bus.bucket('grants'), now }),
    ...secretHandlers(deps),
  };
  return serveOperations(routes, handlers, {
    ...access,
    log: deps.log,
    now,
    audit: (record) => recordAudit(record, bus),
  });
}
