import { createControlClient, csrfHeader, type ControlClient } from '@trunkline/control-api';

/** What the session's cookie needs beside it to change anything; read with the session, held in memory alone. */
let csrfToken: string | undefined;

/** Remembers the token of the session that is signed in; `undefined` forgets it. */
export function rememberCsrfToken(token: string | undefined): void {
  csrfToken = token;
}

/** The control plane that served this page, as whoever is signed in. */
export const control: ControlClient = createControlClient({
  url: location.origin,
  fetch: (input, init) => {
    const headers = new Headers(init?.headers);
    if (csrfToken !== undefined && init?.method !== 'GET') headers.set(csrfHeader, csrfToken);
    return fetch(input, { ...init, headers, credentials: 'same-origin' });
  },
});
