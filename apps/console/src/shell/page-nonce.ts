/** The nonce with which the page's own policy lets style elements in; browsers hide it from selectors and markup. */
export function pageNonce(): string {
  return document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? '';
}
