export { busSettings, type BusSettings } from './bus-settings.ts';
export { connectBus } from './connect-bus.ts';
export { commonOptions, type CommonValues } from './common-options.ts';
export {
  optional,
  required,
  withDefault,
  type Option,
  type OptionTable,
  type OptionValues,
  type Parsed,
  type Parser,
} from './option.ts';
export { choice, integer, list, port, secret, text, toggle, url } from './parsers.ts';
export { type Readiness, type ReadinessCheck, type ReadinessReport } from './readiness.ts';
export { runService } from './run-service.ts';
export { type Service, type ServiceDefinition } from './service.ts';
