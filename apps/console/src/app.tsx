import { MantineProvider, createTheme, type CSSVariablesResolver } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { ControlRefusedError, ControlUnreachableError } from '@trunkline/control-api';
import { isSignedOut, sessionKey } from './api/session.ts';
import { reachableKey } from './shell/connection-banner.tsx';
import { pageNonce } from './shell/page-nonce.ts';
import { Shell } from './shell/shell.tsx';

const theme = createTheme({
  primaryColor: 'blue',
  // The lighter shades do not have enough contrast with white text (WCAG 2.2, 1.4.3).
  primaryShade: { light: 8, dark: 8 },
  autoContrast: true,
  defaultRadius: 'md',
  cursorType: 'pointer',
  components: {
    // A dialog's heading is no banner of the page, and its cross has a name.
    Modal: {
      defaultProps: { closeButtonProps: { 'aria-label': 'Close' }, attributes: { header: { role: 'presentation' } } },
    },
  },
});

/** Text that can be read on what it stands on: the library's own grey, and some colours on their own light shade, have too little contrast. */
const readableText: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-dimmed': 'var(--mantine-color-gray-7)',
    '--mantine-color-green-light-color': '#20682f',
    '--mantine-color-teal-light-color': '#065f44',
    '--mantine-color-orange-light-color': '#a3360b',
    '--mantine-color-yellow-light-color': '#964d00',
    '--mantine-color-red-light-color': '#ab2424',
  },
  dark: { '--mantine-color-dimmed': 'var(--mantine-color-dark-1)' },
});

const tries = 2;

/** A session that ended while the page was open: the page asks to sign in again. A connection that is lost is looked at. */
const onError = (error: unknown): void => {
  const wasSignedIn = Boolean(queries.getQueryData(sessionKey));
  if (wasSignedIn && isSignedOut(error)) void queries.resetQueries({ queryKey: sessionKey });
  if (error instanceof ControlUnreachableError) void queries.invalidateQueries({ queryKey: reachableKey });
};

const queries: QueryClient = new QueryClient({
  queryCache: new QueryCache({ onError }),
  mutationCache: new MutationCache({ onError }),
  defaultOptions: {
    queries: {
      // A refusal stays one.
      retry: (failures, error) => failures < tries && !(error instanceof ControlRefusedError),
      refetchOnWindowFocus: true,
      staleTime: 1_000,
    },
  },
});

/** The whole page. */
export function App() {
  return (
    <MantineProvider
      theme={theme}
      cssVariablesResolver={readableText}
      defaultColorScheme="auto"
      getStyleNonce={pageNonce}
    >
      <Notifications position="bottom-right" containerWidth={380} />
      <QueryClientProvider client={queries}>
        <Shell />
      </QueryClientProvider>
    </MantineProvider>
  );
}
