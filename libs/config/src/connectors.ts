import type { ConnectorKind } from '@trunkline/events';
import type { Kind } from './define-kind.ts';
import { externalKind, type ExternalConnector } from './external-connector.ts';
import { httpKind, type HttpConnector } from './http-connector.ts';
import { slackKind, type SlackConnector } from './slack-connector.ts';
import { telegramKind, type TelegramConnector } from './telegram-connector.ts';

/** One configured connection to one platform: checked, defaults applied, reply targets canonical. */
export type ConnectorConfig = HttpConnector | SlackConnector | TelegramConnector | ExternalConnector;

/** The members of the union by their kind. */
export type ConnectorOf<K extends ConnectorKind> = Extract<ConnectorConfig, { kind: K }>;

/** Everything the platform knows about a kind's configuration. A new platform is one more line. */
export const kinds: { [K in ConnectorKind]: Kind<ConnectorOf<K>> } = {
  http: httpKind,
  slack: slackKind,
  telegram: telegramKind,
  external: externalKind,
};

/** The kinds in the order in which they are documented. */
export const kindList: readonly Kind<ConnectorConfig>[] = Object.values(kinds);
