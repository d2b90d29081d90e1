import { request } from 'node:http';

/** A request with any `Host`, which `fetch` does not let a test choose. */
export function rawRequest(
  url: string,
  { method, headers, body }: { method: string; headers: Record<string, string>; body?: string },
): Promise<Response> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const received = new Headers(
          Object.entries(response.headersDistinct).flatMap(([name, values = []]) =>
            values.map((value): [string, string] => [name, value]),
          ),
        );
        resolve(new Response(Buffer.concat(chunks), { status: response.statusCode ?? 0, headers: received }));
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
