export { OutputRecordUnclearError, OutputVersionUnknownError } from './errors.ts';
export { outputDigest, outputKey, type OutputRecord } from './output-record.ts';
export {
  routeOutput,
  type DeadOutputCode,
  type RoutedDelivery,
  type RoutedOutput,
  type RouteOutputDeps,
} from './route-output.ts';
export { canonicalTargets, snapshotTargets, type CanonicalTargets } from './snapshot-targets.ts';
export {
  targetsOf,
  type OpenedHandle,
  type OutputTargets,
  type TargetOrigin,
  type TargetSources,
  type UndeliverableCode,
} from './targets-of.ts';
