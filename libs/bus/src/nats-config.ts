import type { Permissions } from './permissions.ts';

/**
 * A user of the server. `password` is plain, or a bcrypt hash (`$2a$...`), which the server recognizes; or it is in the server's environment
 * under a name.
 */
export interface NatsUser {
  user: string;
  password: string | { env: string };
  permissions: Permissions;
}

/** The users as a block of nats-server's configuration. Nobody else may connect then. */
export function renderNatsConfig(users: readonly NatsUser[]): string {
  return ['authorization {', '  users = [', ...users.map(renderNatsUser), '  ]', '}', ''].join('\n');
}

/** One user, for the list of users in a configuration. */
export function renderNatsUser({ user, password, permissions }: NatsUser): string {
  const { publish, subscribe, allow_responses } = permissions;
  const lines = [
    '    {',
    `      user: ${quoted(user)}`,
    `      password: ${typeof password === 'string' ? quoted(password) : `$${password.env}`}`,
    '      permissions: {',
    ...renderAllowed('publish', publish.allow),
    ...renderAllowed('subscribe', subscribe.allow),
    ...(allow_responses ? ['        allow_responses: true'] : []),
    '      }',
    '    }',
  ];
  return lines.join('\n');
}

const renderAllowed = (what: string, subjects: readonly string[]) => [
  `        ${what}: { allow: [`,
  ...subjects.map((subject) => `          ${quoted(subject)}`),
  '        ] }',
];

/** Quoted as JSON does it, which the server reads for all printable text; unquoted, `$` would be a variable. */
function quoted(text: string): string {
  if (!/^[\x20-\x7E]+$/.test(text)) throw new RangeError('A NATS user, password or subject is printable ASCII.');
  return JSON.stringify(text);
}
