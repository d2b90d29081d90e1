import { z } from 'zod';
import { openEnum } from './tolerant.ts';

export const connectorKinds = ['http', 'slack', 'telegram', 'external'] as const;
export const connectorKindSchema = openEnum(connectorKinds, 'Kind of the connector.');
export type ConnectorKind = z.infer<typeof connectorKindSchema>;

/** A connector; names are unique within a kind only. */
export const connectorRefSchema = z.strictObject({ kind: connectorKindSchema, name: z.string().min(1) });
export type ConnectorRef = z.infer<typeof connectorRefSchema>;
