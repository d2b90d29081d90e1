import type { EventContexts } from '../authorizations.ts';
import { refuse, textArg, type AppMethod } from '../method.ts';

/** The methods of `apps.*`; `openTicket` makes a ticket for one Socket Mode connection of an app. */
export function appMethods(deps: {
  openTicket(app: string): string;
  contexts: EventContexts;
}): Record<string, AppMethod> {
  return {
    'apps.connections.open': {
      token: 'app',
      errors: [],
      handle(_args, { app, url }) {
        const address = new URL('/link/', url.replace(/^http/, 'ws'));
        address.searchParams.set('ticket', deps.openTicket(app.id));
        address.searchParams.set('app_id', app.id);
        return { ok: true, url: address.href };
      },
    },
    'apps.event.authorizations.list': {
      token: 'app',
      errors: ['invalid_event_context'],
      handle(args, { app }) {
        const context = deps.contexts.get(textArg(args, 'event_context'));
        if (!context || context.app !== app.id) return refuse('invalid_event_context');
        return { ok: true, authorizations: context.authorizations, response_metadata: { next_cursor: '' } };
      },
    },
  };
}
