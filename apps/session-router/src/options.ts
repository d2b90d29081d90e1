import { integer, withDefault } from '@trunkline/service';

/** The settings of the session router beyond those of every process. */
export const routerOptions = {
  sessionIdleDays: withDefault(integer({ min: 0, max: 36_500 }), 90, {
    flag: 'session-idle-days',
    env: 'SESSION_IDLE_DAYS',
    description: 'Sessions end when nothing has happened in them for so many days; 0 leaves that to people.',
  }),
} as const;
