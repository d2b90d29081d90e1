import { replyTargetSchema, type ReplyHandle } from '@trunkline/events';
import { isAbsolute, join } from 'node:path';
import { z } from 'zod';
import { baseShape } from './base-connector.ts';
import { defineKind, type Draft, type Origin } from './define-kind.ts';
import { idList, text } from './field-schemas.ts';
import { refuseBadTargets, replyHandles } from './reply-target-list.ts';
import { envName, joinSecrets, secretRef, secretTriple, type WithSecrets } from './secret-field.ts';
import { warnAboutSecrets } from './secret-warnings.ts';
import { baseUrl, loopbackUrlFault } from './url-rules.ts';

const kind = 'external';
const secretFields = ['shared_token'] as const;

/** Beginnings of the variable names that the supervisor sets for every child process. */
export const reservedEnvPrefixes = ['TRUNKLINE_CONNECTOR_', 'KHEISH_EXTERNAL_CONNECTOR_'] as const;

/** Text that can be handed to a new process. */
const processText = () => z.string().refine((value) => !value.includes('\0'), 'must not hold a NUL character');

const childEnvName = () =>
  envName().refine(
    (name) => !reservedEnvPrefixes.some((prefix) => name.startsWith(prefix)),
    `must not begin with ${reservedEnvPrefixes.join(' or ')}: these are set by the gateway`,
  );

const childProcessSchema = z.strictObject({
  command: processText()
    .refine((value) => value.trim() !== '', 'must not be blank')
    .describe('Program to run.'),
  args: z.array(processText()).default([]).describe('Its arguments.'),
  env: z.record(childEnvName(), processText()).default({}).describe('Its environment, besides a few inherited names.'),
  credential_slots: z
    .record(childEnvName(), secretRef(kind))
    .default({})
    .describe('Secrets it may lease, by the name it asks for; each a secret-store reference.'),
  working_dir: processText()
    .refine((value) => value.trim() !== '', 'must not be blank')
    .optional()
    .meta({ description: 'Folder it runs in.', 'x-default': 'the folder of the TOML file' }),
});

/** What a user writes for one connector of this kind. Rules across fields are in `externalKind`. */
export const externalSchema = z.strictObject({
  ...baseShape({ eventsPerSecond: 100, onUnknown: 'resend' }),
  platform: text(64).describe('What the sidecar connects.'),
  mode: z
    .enum(['remote_http', 'child_process'])
    .default('remote_http')
    .describe('The sidecar runs by itself, or the gateway runs it.'),
  base_url: baseUrl().describe('Where the sidecar listens. For child_process: loopback, with a port.'),
  ...secretTriple('shared_token', { kind, about: 'Token between gateway and sidecar, both ways' }),
  include_self_output: z.boolean().default(true).describe('Answers go back to where the event came from.'),
  additional_reply_targets: z.array(replyTargetSchema).prefault([]).describe('Where answers go as well.'),
  additional_binding_keys: idList().describe('What sessions of this connector are bound to as well.'),
  child_process: childProcessSchema.optional().describe('The process of mode child_process.'),
  allow_private_network: z
    .boolean()
    .default(false)
    .describe('Allows a remote_http sidecar on a loopback, private or link-local address.'),
});

type ExternalWire = z.output<typeof externalSchema>;

/** How a sidecar of mode child_process is run. */
export type ChildProcess = z.output<typeof childProcessSchema>;

/** A sidecar. */
export type ExternalConnector = Omit<
  WithSecrets<ExternalWire, (typeof secretFields)[number]>,
  'additional_reply_targets'
> & { kind: 'external'; additional_reply_targets: ReplyHandle[] };

/** Reads `[[external_connectors]]`. */
export const externalKind = defineKind<typeof kind, typeof externalSchema, ExternalConnector>({
  kind,
  schema: externalSchema,
  secretFields,
  check(draft) {
    const { wire, hasSecret, refuse } = draft;
    warnAboutSecrets(draft, secretFields);
    refuseBadTargets(draft, { kind, field: 'additional_reply_targets' });
    if (!hasSecret('shared_token') && wire.allow_unauthenticated_ingress === false) {
      refuse([], 'needs shared_token, or allow_unauthenticated_ingress = true');
    }
    checkMode(draft);
  },
  finish(wire, origin) {
    return {
      kind,
      ...joinSecrets(wire, secretFields),
      additional_reply_targets: replyHandles(wire.additional_reply_targets, { kind, name: wire.name }),
      child_process: wire.child_process && placed(wire.child_process, origin),
    };
  },
});

function checkMode({ wire, has, refuse }: Draft<ExternalWire>): void {
  if (wire.mode === 'remote_http' && has('child_process')) refuse(['child_process'], 'needs mode = "child_process"');
  if (wire.mode !== 'child_process') return;
  if (!has('child_process')) refuse([], 'mode child_process needs child_process');
  const fault = wire.base_url === undefined ? undefined : loopbackUrlFault(wire.base_url);
  if (fault !== undefined) refuse(['base_url'], fault);
  const { env = {}, credential_slots = {} } = wire.child_process ?? {};
  for (const name of Object.keys(credential_slots)) {
    if (Object.hasOwn(env, name)) refuse(['child_process', 'credential_slots', name], 'is also set in env');
  }
}

/** The folder of the TOML is where a child runs, and what a relative working_dir starts from. */
function placed(child: ChildProcess, { folder }: Origin): ChildProcess {
  if (folder === undefined) return child;
  const wanted = child.working_dir ?? '.';
  return { ...child, working_dir: isAbsolute(wanted) ? wanted : join(folder, wanted) };
}
