import { z } from 'zod';

export const connectorKinds = ['http', 'slack', 'telegram', 'external'] as const;
export const connectorKindSchema = z.enum(connectorKinds);
export type ConnectorKind = z.infer<typeof connectorKindSchema>;

/** A connector; names are unique within a kind only. */
export const connectorRefSchema = z.object({ kind: connectorKindSchema, name: z.string().min(1) });
export type ConnectorRef = z.infer<typeof connectorRefSchema>;
