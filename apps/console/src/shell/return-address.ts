const key = 'trunkline.return-to';

/** The address that somebody wanted, while the identity provider has the window; it comes back to the first page. */
export const returnAddress = {
  keep(): void {
    sessionStorage.setItem(key, location.pathname + location.search);
  },
  /** Goes there, once. Only addresses of this console are gone to. */
  restore(): void {
    const kept = sessionStorage.getItem(key);
    sessionStorage.removeItem(key);
    if (kept?.startsWith('/console/')) history.replaceState(null, '', kept);
  },
};
