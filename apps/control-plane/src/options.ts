import { gatewayOptions } from '@trunkline/gateway-kit';
import { list, optional, secret, text, url, withDefault, type Parser } from '@trunkline/service';
import type { Secret } from '@trunkline/secrets';

const shortest = 20;
const anySecret = secret();

/** A token that can be guessed is none. */
const adminToken: Parser<Secret> = Object.assign(
  (given: string) => {
    const read = anySecret(given);
    if ('problem' in read || read.value.expose().length >= shortest) return read;
    return { problem: `must have at least ${shortest} characters` };
  },
  { placeholder: 'SECRET' },
);

const { host, port, trustedProxies } = gatewayOptions;

/** The settings of the control plane beyond those of every process. */
export const controlPlaneOptions = {
  host,
  port: { ...port, fallback: 8085 },
  trustedProxies,
  publicUrl: optional(url(), {
    flag: 'public-url',
    env: 'PUBLIC_URL',
    description:
      'How browsers reach the control plane: for signing in with an identity provider, or behind a proxy that changes Host.',
  }),
  consoleDir: optional(text('FOLDER'), {
    flag: 'console-dir',
    env: 'CONSOLE_DIR',
    description: 'The built console to serve; without it there is the API alone.',
  }),
  oidcIssuer: optional(url(), {
    flag: 'oidc-issuer',
    env: 'OIDC_ISSUER',
    description: 'Identity provider that people may sign in to the console with; needs --public-url.',
  }),
  oidcClientId: optional(text('ID'), {
    flag: 'oidc-client-id',
    env: 'OIDC_CLIENT_ID',
    description: 'What the identity provider knows this control plane by.',
  }),
  oidcClientSecret: optional(secret(), {
    flag: 'oidc-client-secret',
    env: 'OIDC_CLIENT_SECRET',
    fromFile: true,
    description: 'Secret of that client; none for a public client.',
  }),
  oidcScopes: withDefault(list(), ['profile', 'email'], {
    flag: 'oidc-scopes',
    env: 'OIDC_SCOPES',
    description: 'Asked for beside openid; some providers tell groups only with a scope of theirs.',
  }),
  oidcRoleClaim: withDefault(text('CLAIM'), 'groups', {
    flag: 'oidc-role-claim',
    env: 'OIDC_ROLE_CLAIM',
    description: 'Claim of the ID token that lists the groups; dots lead into objects.',
  }),
  oidcAdminGroup: optional(text('GROUP'), {
    flag: 'oidc-admin-group',
    env: 'OIDC_ADMIN_GROUP',
    description: 'Who is in it has the role admin.',
  }),
  oidcOperatorGroup: optional(text('GROUP'), {
    flag: 'oidc-operator-group',
    env: 'OIDC_OPERATOR_GROUP',
    description: 'Who is in it has the role operator.',
  }),
  oidcViewerGroup: optional(text('GROUP'), {
    flag: 'oidc-viewer-group',
    env: 'OIDC_VIEWER_GROUP',
    description: 'Who is in it has the role viewer.',
  }),
  adminToken: optional(adminToken, {
    env: 'TRUNKLINE_ADMIN_TOKEN',
    flag: 'admin-token',
    fromFile: true,
    description:
      'A token with the role admin that holds for as long as this process is given it: the way to make others.',
  }),
} as const;
