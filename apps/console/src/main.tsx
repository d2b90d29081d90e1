import '@mantine/core/styles.css';
import '@mantine/charts/styles.css';
import '@mantine/notifications/styles.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { setNonce } from 'get-nonce';
import { App } from './app.tsx';
import { pageNonce } from './shell/page-nonce.ts';

const root = document.getElementById('root');
if (!root) throw new Error('The page has no #root.');
// For the libraries that put style elements into the page: its policy allows those with the nonce.
setNonce(pageNonce());
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
