import { createHash, generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** An OpenID provider that lets everybody in as whoever the test says. */
export interface FakeIssuer extends AsyncDisposable {
  url: string;
  /** Claims of whoever signs in next; `aud`, `nonce` and so on are added and may be overwritten. */
  person: Record<string, unknown>;
  /** Signs with a key that it does not publish. */
  forges: boolean;
  /** Answers the token request with this status instead. */
  fails: number | undefined;
}

const client = { id: 'trunkline', secret: 'a secret: with % and spaces' };
/** What the fake knows its only client by. */
export const fakeClient = client;

const newKey = () => generateKeyPairSync('rsa', { modulusLength: 2048 });

/** Written against the specifications alone, with no code of the client that it tests. */
export async function startFakeIssuer(): Promise<FakeIssuer> {
  const key = newKey();
  const strangeKey = newKey();
  const codes = new Map<string, URLSearchParams>();
  const server = createServer((req, res) => void answer(req, res));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const issuer: FakeIssuer = {
    url,
    person: { sub: 'u1' },
    forges: false,
    fails: undefined,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };

  async function answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(req.url ?? '', url);
    if (pathname === '/.well-known/openid-configuration') return json(res, 200, metadata);
    if (pathname === '/keys')
      return json(res, 200, {
        keys: [{ ...key.publicKey.export({ format: 'jwk' }), kid: 'k1', alg: 'RS256', use: 'sig' }],
      });
    if (pathname === '/authorize') return authorize(res, searchParams);
    if (pathname === '/token')
      return issue(res, { authorization: req.headers.authorization, form: new URLSearchParams(await text(req)) });
    json(res, 404, {});
  }

  const metadata = {
    issuer: url,
    authorization_endpoint: `${url}/authorize`,
    token_endpoint: `${url}/token`,
    jwks_uri: `${url}/keys`,
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    code_challenge_methods_supported: ['S256'],
  };

  function authorize(res: ServerResponse, asked: URLSearchParams): void {
    const back = new URL(asked.get('redirect_uri') ?? '');
    const code = randomUUID();
    codes.set(code, asked);
    back.searchParams.set('code', code);
    back.searchParams.set('state', asked.get('state') ?? '');
    res.writeHead(302, { location: back.href }).end();
  }

  function issue(
    res: ServerResponse,
    { authorization, form }: { authorization: string | undefined; form: URLSearchParams },
  ): void {
    if (issuer.fails !== undefined) return json(res, issuer.fails, { error: 'server_error' });
    // RFC 6749, section 2.3.1: both parts are form-encoded before they are joined.
    const pair = [client.id, client.secret].map((part) => new URLSearchParams({ part }).toString().slice(5)).join(':');
    if (authorization !== `Basic ${Buffer.from(pair).toString('base64')}`)
      return json(res, 401, { error: 'invalid_client' });
    const asked = codes.get(form.get('code') ?? '');
    codes.delete(form.get('code') ?? '');
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    const same = asked?.get('code_challenge') === challenge && asked.get('redirect_uri') === form.get('redirect_uri');
    if (!asked || !same) return json(res, 400, { error: 'invalid_grant' });
    const seconds = Math.floor(Date.now() / 1000);
    const times = { iat: seconds, exp: seconds + 300 };
    const claims = { iss: url, aud: client.id, ...times, nonce: asked.get('nonce'), ...issuer.person };
    json(res, 200, { access_token: 'unused', token_type: 'Bearer', id_token: signed(claims) });
  }

  function signed(claims: object): string {
    const parts = [{ alg: 'RS256', kid: 'k1', typ: 'JWT' }, claims];
    const input = parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
    const { privateKey } = issuer.forges ? strangeKey : key;
    return `${input}.${sign('sha256', Buffer.from(input), privateKey).toString('base64url')}`;
  }

  return issuer;
}

function json(res: ServerResponse, status: number, body: object): void {
  res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
