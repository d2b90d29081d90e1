/** A request to post. */
export interface Post {
  host: string;
  path: string;
  headers: Record<string, string>;
  body: string;
}

/** A post as the bytes of an HTTP/1.1 request. */
export function postBytes({ host, path, headers, body }: Post): Buffer {
  const all = { host, ...headers, 'content-length': String(Buffer.byteLength(body)) };
  const head = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`POST ${path} HTTP/1.1\r\n${head.join('')}\r\n${body}`);
}
