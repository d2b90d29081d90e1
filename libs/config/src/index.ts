export { formatProblem, type ConfigProblem, type ConnectorProblem } from './config-problem.ts';
export { connectorAllows, type TargetAllowed } from './connector-allows.ts';
export { connectorFields, connectorsMarkdown, type ConnectorField } from './connector-docs.ts';
export { connectorsToml } from './connectors-toml.ts';
export { connectorJsonSchema } from './connector-json-schema.ts';
export { kinds, type ConnectorConfig, type ConnectorOf } from './connectors.ts';
export {
  externalSchema,
  reservedEnvPrefixes,
  type ChildProcess,
  type ExternalConnector,
} from './external-connector.ts';
export { httpSchema, type HttpConnector, type HttpMapping } from './http-connector.ts';
export { parseConnector, type ParsedConnector } from './parse-connector.ts';
export { parseConnectorsFile, type ParsedConnectorsFile } from './parse-connectors-file.ts';
export { readToml, type TomlRead } from './read-toml.ts';
export { secretSource, secretValues, tripleKeys, type SecretField, type SecretSource } from './secret-field.ts';
export { slackSchema, type SlackConnector, type TeamBotToken } from './slack-connector.ts';
export { telegramSchema, type TelegramConnector } from './telegram-connector.ts';
export { secretFieldNames, secretsOf, toPrintableWire, toWire } from './to-wire.ts';
export { unknownKeyAt } from './unknown-key-at.ts';
export { tomlPlaces, type TomlPlaces } from './toml-places.ts';
