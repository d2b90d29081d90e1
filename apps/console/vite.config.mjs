import react from '@vitejs/plugin-react';

/** The page stands under /console/ of the control plane, which puts a nonce of its own in place of the word in every answer. */
export default {
  base: '/console/',
  plugins: [react()],
  html: { cspNonce: 'CSP-NONCE' },
  build: { target: 'es2022', assetsInlineLimit: 0, chunkSizeWarningLimit: 1500, reportCompressedSize: false },
};
