import type { IncomingMessage } from 'node:http';
import type { IngressHandler, IngressRoute } from './ingress-app.ts';

/** A hot route's handler for one request, with the parts of its path. */
export interface HotMatch {
  handler: IngressHandler;
  params: Record<string, string>;
}

/** Finds the hot route of a request. `undefined` leaves it to the router: other paths, other methods, anything percent-encoded. */
export function hotRoutes(routes: readonly IngressRoute[]): (req: IncomingMessage) => HotMatch | undefined {
  const compiled = routes.filter((route) => route.hot).flatMap(compile);
  return (req) => {
    const path = pathOf(req.url ?? '');
    for (const route of compiled) {
      if (route.method !== req.method) continue;
      const params = route.match(path);
      if (params) return { handler: route.handler, params };
    }
    return undefined;
  };
}

interface CompiledRoute {
  method: string;
  handler: IngressHandler;
  match: (path: string) => Record<string, string> | undefined;
}

function compile({ path, methods }: IngressRoute): CompiledRoute[] {
  const source = path.replace(/\./g, '\\.').replace(/:(\w+)/g, '(?<$1>[A-Za-z0-9._-]+)');
  const pattern = new RegExp(`^${source}$`);
  const match = (text: string) => pattern.exec(text)?.groups;
  return Object.entries(methods).map(([method, handler]) => ({ method, handler, match }));
}

function pathOf(url: string): string {
  const mark = url.indexOf('?');
  return mark < 0 ? url : url.slice(0, mark);
}
