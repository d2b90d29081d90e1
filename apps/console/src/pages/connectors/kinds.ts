import { routes } from '@trunkline/control-api';
import type { Kind } from './form/connector-schema.ts';

/** Of connectors, in the order that the API has them in. */
export const kinds: readonly Kind[] = routes.getConnector.params.shape.kind.options;

/** The kind that an address names, if it is one. */
export const kindOf = (name: string | null | undefined): Kind | undefined => kinds.find((kind) => kind === name);
