import { refuse, textArg, type BotMethod } from '../method.ts';
import { userView } from '../views.ts';

const info: BotMethod = {
  token: 'bot',
  scopes: ['users:read'],
  errors: ['user_not_found'],
  handle(args, { world }) {
    const user = world.users.get(textArg(args, 'user'));
    return user ? { ok: true, user: userView(user) } : refuse('user_not_found');
  },
};

/** The methods of `users.*`. */
export const userMethods = { 'users.info': info };
