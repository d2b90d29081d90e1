import { limits } from '../protocol.ts';
import { failed, judge, notApplicable, type Check, type CheckContext, type Finding } from './check.ts';
import { headersOf, newDelivery, outcomeOf, shown, type Called } from './sidecar-client.ts';

/** Rules of `POST /deliver`. The first delivers a plain text; what it learns decides what else can be seen. */
export const deliveryChecks: Check[] = [
  {
    id: 'deliver-answer',
    section: '2.5',
    title: 'answers a delivery',
    expected: 'a JSON body with a status of committed, retryable_error, terminal_error; committed only with a 2xx',
    async run({ sidecar, route, learned }) {
      const called = await sidecar.deliver(newDelivery('a plain text', route));
      const status = outcomeOf(called);
      if (status !== undefined) learned.plain = status;
      const contradicts = status === 'committed' && called.answered && called.status >= 300;
      return judge(status !== undefined && !contradicts, shown(called));
    },
  },
  {
    id: 'deliver-in-time',
    section: '2.5',
    title: 'answers in time',
    expected: 'an answer within 15 s',
    async run({ sidecar, route, times }) {
      const called = await sidecar.deliver(newDelivery('an answer in time', route));
      if (!called.answered) return failed(called.reason);
      return judge(called.ms <= times.answerMs, called.ms <= times.answerMs ? shown(called) : `${called.ms} ms`);
    },
  },
  {
    id: 'deliver-size',
    section: '2.5',
    title: 'answers briefly',
    expected: 'a body of at most 64 KiB',
    async run({ sidecar, route }) {
      const called = await sidecar.deliver(newDelivery('a brief answer', route));
      if (!called.answered) return failed(called.reason);
      return judge(called.bytes <= limits.deliveryAnswerBytes, `${called.bytes} bytes`);
    },
  },
  {
    id: 'deliver-unknown-fields',
    section: '2.4',
    title: 'ignores fields that it does not know',
    expected: 'the same answer as without them: the contract may grow',
    async run(context) {
      const { sidecar, route } = context;
      const delivery = {
        ...newDelivery('unknown fields', route),
        parts: null,
        artifacts: null,
        conformance_unknown: { a: [1] },
      };
      return sameAsPlain(await sidecar.deliver(delivery), context);
    },
  },
  {
    id: 'deliver-parts',
    section: '2.4',
    title: 'takes text parts',
    expected: 'the same answer as for a plain text',
    async run(context) {
      const { sidecar, route } = context;
      const parts = [{ type: 'text' as const, text: 'Trunkline conformance check: a text part' }];
      return sameAsPlain(await sidecar.deliver({ ...newDelivery('parts', route), parts }), context);
    },
  },
  {
    id: 'deliver-again',
    section: '2.6',
    title: 'says a delivery that comes again only once',
    expected: 'the remembered answer, and its file not fetched again',
    run: (context) => deliversOnce(context, async (first, second) => [await first(), await second()]),
  },
  {
    id: 'deliver-at-once',
    section: '2.6',
    title: 'says a delivery that comes twice at once only once',
    expected: 'the same answer for both, and its file fetched once',
    run: (context) => deliversOnce(context, (first, second) => Promise.all([first(), second()])),
  },
  {
    id: 'deliver-invalid-json',
    section: '2.4',
    title: 'refuses what is not JSON',
    expected: 'a 4xx',
    async run({ sidecar }) {
      const request = { method: 'POST' as const, body: '{"delivery_id":', headers: headersOf('conformance-invalid') };
      const called = await sidecar.call('/deliver', request);
      return judge(called.answered && called.status >= 400 && called.status < 500, shown(called));
    },
  },
  {
    id: 'deliver-version',
    section: '2.4',
    title: 'refuses a version that it does not speak',
    expected: 'anything but committed for protocol_version 999',
    async run({ sidecar, route, learned }) {
      if (learned.plain !== 'committed') return notApplicable(needsRoute);
      const delivery = { ...newDelivery('another version', route), protocol_version: 999 };
      const headers = headersOf(delivery.delivery_id, 999);
      const called = await sidecar.call('/deliver', { method: 'POST', body: JSON.stringify(delivery), headers });
      return judge(
        called.answered &&
          outcomeOf(called) !== 'committed' &&
          (called.status >= 400 || outcomeOf(called) !== undefined),
        shown(called),
      );
    },
  },
];

/** Why what needs a delivery that arrives cannot be seen. */
export const needsRoute = 'needs a delivery that is committed: give a reply_route of the sidecar with --route';

function sameAsPlain(called: Called, { learned }: CheckContext): Finding {
  if (learned.plain === undefined) return notApplicable('needs a valid answer to a plain text');
  return judge(outcomeOf(called) === learned.plain, `${shown(called)}; a plain text: ${learned.plain}`);
}

type Send = () => Promise<Called>;

/** What can be seen from outside of whether a delivery was said once: the answers, and how often its file was fetched. */
async function deliversOnce(
  context: CheckContext,
  send: (first: Send, second: Send) => Promise<Called[]>,
): Promise<Finding> {
  const { sidecar, gateway, route, learned } = context;
  if (learned.plain !== 'committed') return notApplicable(needsRoute);
  const delivery = newDelivery('said once', route);
  const { asset } = gateway.offer(delivery.delivery_id, { bytes: Buffer.from(`once ${delivery.delivery_id}`) });
  const withFile = learned.manifest?.capabilities.attachments_out === true;
  const parts = withFile ? [{ type: 'attachment' as const, attachment: asset }] : undefined;
  const at = (attempt: number) => () => sidecar.deliver({ ...delivery, attempt, ...(parts && { parts }) });
  const answers = await send(at(1), at(2));
  const outcomes = new Set(answers.map(outcomeOf));
  const fetched = gateway.downloads.filter(({ path }) => path === asset.download_path).length;
  const files = withFile ? `; the file fetched ${fetched} times` : '';
  return judge(
    outcomes.size === 1 && !outcomes.has(undefined) && fetched <= 1,
    answers.map(shown).join(', then ') + files,
  );
}
