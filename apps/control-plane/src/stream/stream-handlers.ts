import type { IncomingMessage } from 'node:http';
import type { Bus } from '@trunkline/bus';
import type { streamRoutes } from '@trunkline/control-api';
import { refuse, type HandlersOf } from '../operation.ts';
import { readPositions } from '../positions.ts';
import { feedSources } from './feed-sources.ts';
import { serveFeed } from './serve-feed.ts';

export interface StreamDeps {
  bus: Bus;
  /** Whether a request's caller would still be let in. */
  isKnown(req: IncomingMessage): boolean;
  /** Aborts when the process is about to end: streams end then, and their clients go to another replica. */
  closing: AbortSignal;
}

/** Each holds up to five consumers on the server. */
const mostStreams = 100;

/** The live feed. */
export function streamHandlers({ bus, isKnown, closing }: StreamDeps): HandlersOf<typeof streamRoutes> {
  let open = 0;
  return {
    async streamFeed({ query, exchange }) {
      const resume = readPositions(exchange.req.headers['last-event-id']?.toString());
      if (!resume) return refuse('query_invalid', 'Last-Event-ID: send the id of an event of this feed, or none.');
      if (open >= mostStreams)
        return refuse('rate_limited', `This replica serves ${mostStreams} feeds; try again later.`);
      const sources = feedSources(query, bus.names);
      return {
        async stream({ res, req }) {
          if (req.method === 'HEAD') return void res.writeHead(200, { 'content-type': 'text/event-stream' }).end();
          open += 1;
          try {
            const mayGoOn = () => isKnown(req);
            await serveFeed(res, { query, sources, resume }, { bus, mayGoOn, closing });
          } finally {
            open -= 1;
          }
        },
      };
    },
  };
}
