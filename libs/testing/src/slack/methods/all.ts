import type { EventContexts } from '../authorizations.ts';
import type { Method } from '../method.ts';
import { appMethods } from './apps.ts';
import { assistantMethods } from './assistant.ts';
import { authMethods } from './auth.ts';
import { chatStreamMethods } from './chat-stream.ts';
import { chatMethods } from './chat.ts';
import { conversationMethods } from './conversations.ts';
import { fileMethods } from './files.ts';
import { reactionMethods } from './reactions.ts';
import { userMethods } from './users.ts';
import { viewMethods } from './views.ts';

/** Every method of the Web API that the fake has. */
export const webApiMethods = (deps: {
  openTicket(app: string): string;
  contexts: EventContexts;
}): Readonly<Record<string, Method>> => ({
  ...appMethods(deps),
  ...assistantMethods,
  ...authMethods,
  ...chatMethods,
  ...chatStreamMethods,
  ...conversationMethods,
  ...fileMethods,
  ...reactionMethods,
  ...userMethods,
  ...viewMethods,
});
