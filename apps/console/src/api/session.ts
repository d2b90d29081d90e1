import { useQuery } from '@tanstack/react-query';
import { ControlRefusedError, roleCovers, type ConsoleSession, type Role } from '@trunkline/control-api';
import { createContext, use } from 'react';
import { control, rememberCsrfToken } from './control.ts';

export const sessionKey = ['showSession'];

/** Who is signed in; `null` for nobody. */
export function useSignedIn() {
  return useQuery({ queryKey: sessionKey, queryFn: readSession, staleTime: Infinity });
}

async function readSession(): Promise<ConsoleSession | null> {
  try {
    const { body } = await control.call('showSession', {});
    rememberCsrfToken(body.csrf_token);
    return body;
  } catch (error) {
    if (!isSignedOut(error)) throw error;
    rememberCsrfToken(undefined);
    return null;
  }
}

/** Whether an operation was refused because nobody is signed in any more. */
export const isSignedOut = (error: unknown): boolean =>
  error instanceof ControlRefusedError && error.problem.status === 401;

/** The session, for everything inside the shell. */
export const SessionContext = createContext<ConsoleSession | undefined>(undefined);

/** Who looks at the page, and what they may do. Only inside the shell. */
export function useSession(): ConsoleSession & { may(role: Role): boolean } {
  const session = use(SessionContext);
  if (!session) throw new Error('Nobody is signed in.');
  return { ...session, may: (role) => roleCovers(session.role, role) };
}
