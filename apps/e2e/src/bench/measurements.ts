import { measureEndToEnd } from './end-to-end.ts';
import { measureIdleMemory } from './idle-memory.ts';
import { measureIngress } from './ingress.ts';
import { measureExternalIngress } from './ingress-external.ts';
import { measureSlackIngress } from './ingress-slack.ts';
import { measureTelegramIngress } from './ingress-telegram.ts';
import { measureIsolation } from './isolation.ts';
import { measureLatency } from './latency.ts';
import { measureRouter } from './router-cost.ts';
import { measureManyConnectors } from './many-connectors.ts';
import { measureManySessions } from './many-sessions.ts';
import type { BenchContext, Row } from './row.ts';

/** Everything that is measured, in order; `rows` names what each measurement yields. */
export const measurements: readonly { rows: readonly string[]; measure: (context: BenchContext) => Promise<Row[]> }[] =
  [
    { rows: ['http ingress throughput', 'http ingress p99 at half load'], measure: measureIngress },
    { rows: ['slack ingress throughput', 'slack ingress vs chat sdk'], measure: measureSlackIngress },
    { rows: ['telegram ingress vs chat sdk', 'telegram ingress vs grammY'], measure: measureTelegramIngress },
    { rows: ['external ingress single', 'external ingress batch'], measure: measureExternalIngress },
    { rows: ['webhook to turn p50'], measure: measureLatency },
    {
      rows: ['router cost per event, 1,000,000 sessions vs 1,000', 'router throughput, backlog of 20,000'],
      measure: measureRouter,
    },
    { rows: ['end to end events per second'], measure: measureEndToEnd },
    {
      rows: [
        'idle RSS http-gateway',
        'idle RSS slack-gateway',
        'idle RSS telegram-gateway',
        'idle RSS external-gateway',
        'idle RSS session-router',
      ],
      measure: measureIdleMemory,
    },
    {
      rows: [
        'list of 10,000 connectors p99',
        'the same by state p99',
        'gateway start with 10,000 connectors',
        'change live among 10,000, slowest of 20',
      ],
      measure: measureManyConnectors,
    },
    {
      rows: ['page of 100,000 sessions p99', 'page of 100,000 events p99', 'idle sessions ended'],
      measure: measureManySessions,
    },
    { rows: ['slack isolation p50', 'slack isolation p95'], measure: measureIsolation },
  ];
