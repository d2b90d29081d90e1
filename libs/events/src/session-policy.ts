import { z } from 'zod';

/** Trims, drops blanks, sorts, removes repeats; a `*` makes the rest of the list meaningless. */
export function normalizeScopeList(list: readonly string[]): string[] {
  const names = new Set(list.map((name) => name.trim()).filter((name) => name !== ''));
  return names.has('*') ? ['*'] : [...names].sort();
}

const scopeList = z.array(z.string()).overwrite(normalizeScopeList).optional();

/** Which skills and MCP tools a session may use. An absent list has no opinion. */
export const capabilityScopeSchema = z.strictObject({
  skill_allow: scopeList,
  skill_deny: scopeList,
  mcp_server_allow: scopeList,
  mcp_server_deny: scopeList,
  mcp_tool_allow: scopeList,
  mcp_tool_deny: scopeList,
});

/** Which routes, connectors and credentials a session may use. An absent list has no opinion. */
export const credentialScopeSchema = z.strictObject({
  route_allow: scopeList,
  route_deny: scopeList,
  connector_allow: scopeList,
  connector_deny: scopeList,
  connector_credential_allow: scopeList,
  connector_credential_deny: scopeList,
  mcp_server_allow: scopeList,
  mcp_server_deny: scopeList,
});

/** What a connector demands of the sessions its events land in. */
export const sessionPolicySchema = z.strictObject({
  create_if_missing: z.boolean().default(true),
  persona_id: z.string().trim().min(1).max(200).optional(),
  capability_scope: capabilityScopeSchema.default({}),
  credential_scope: credentialScopeSchema.default({}),
});

export type SessionPolicy = z.infer<typeof sessionPolicySchema>;
export type CapabilityScope = z.infer<typeof capabilityScopeSchema>;
export type CredentialScope = z.infer<typeof credentialScopeSchema>;

/** Whether a name passes: an empty allow list allows all, and a denial wins. */
export function scopeAllows(name: string, lists: { allow?: readonly string[]; deny?: readonly string[] }): boolean {
  const listed = (list: readonly string[] | undefined) => list?.includes('*') || list?.includes(name) || false;
  const allowed = !lists.allow?.length || listed(lists.allow);
  return allowed && !listed(lists.deny);
}
