/** What a child process may lease: bucket `grants`, key `external.<connector>`, one at a time; the token itself is nowhere. */
export interface Grant {
  v: 1;
  grant_id: string;
  /** Of the lease under which it was issued: an earlier owner cannot replace it. */
  epoch: number;
  connector: string;
  token_digest: string;
  /** Secret references by environment key. */
  keys: Record<string, string>;
  issued_at: string;
  expires_at_ms: number;
}
