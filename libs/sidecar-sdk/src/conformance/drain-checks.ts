import { setTimeout as sleep } from 'node:timers/promises';
import { healthSchema } from '../runtime-contract.ts';
import { failed, judge, notApplicable, type Check, type CheckContext, type Finding } from './check.ts';
import { newDelivery, outcomeOf, shown, type Called } from './sidecar-client.ts';
import type { SidecarExit } from './start-sidecar.ts';

/** What the end of the process looked like; undefined where it could not be seen. */
interface Ending {
  exit: SidecarExit | undefined;
  /** Health between the signal and the end of the delivery that was under way. */
  healthMeanwhile: string | undefined;
  /** The delivery that was under way when the signal came. */
  underWay: Called | undefined;
}

/** Rules of stopping. The last of all: the process is gone after them. */
export const drainChecks: Check[] = [
  {
    id: 'drain-delivery',
    section: '4.3',
    title: 'ends the delivery that is under way at SIGTERM',
    expected: 'its answer, committed',
    run: (context) =>
      ofEnding(context, ({ underWay }) => {
        if (!underWay) return notApplicable(needsFile);
        return judge(outcomeOf(underWay) === 'committed', shown(underWay));
      }),
  },
  {
    id: 'drain-health',
    section: '4.3',
    title: 'says draining meanwhile',
    expected: 'health with status draining for as long as it answers',
    run: (context) =>
      ofEnding(context, ({ healthMeanwhile, underWay }) => {
        if (!underWay || healthMeanwhile === undefined) return notApplicable(needsFile);
        return judge(healthMeanwhile === 'draining', healthMeanwhile);
      }),
  },
  {
    id: 'drain-exit',
    section: '4.3',
    title: 'exits after SIGTERM',
    expected: 'exit code 0 within 10 s',
    run: (context) =>
      ofEnding(context, ({ exit }) => {
        if (!exit) return failed(`still running after ${context.times.exitMs} ms`);
        return judge(exit.code === 0, exit.signal ? `ended by ${exit.signal}` : `exit code ${exit.code}`);
      }),
  },
];

const needsFile = 'needs a delivery under way: attachments_out, and a reply_route of the sidecar with --route';

const endings = new WeakMap<CheckContext, Promise<Ending>>();

async function ofEnding(context: CheckContext, look: (ending: Ending) => Finding): Promise<Finding> {
  if (!context.process) return notApplicable('the sidecar was not started by the suite: use --start');
  const ending = endings.get(context) ?? end(context);
  endings.set(context, ending);
  return look(await ending);
}

/** Stops the sidecar while it waits for a file, gives the file, and sees how it ends. */
async function end(context: CheckContext): Promise<Ending> {
  const { process, times } = context;
  if (!process || process.hasExited())
    return { exit: await process?.exited, healthMeanwhile: undefined, underWay: undefined };
  const held = await holdDelivery(context);
  process.kill('SIGTERM');
  const healthMeanwhile = held && (await statusAfterSignal(context));
  held?.release();
  const underWay = await held?.called;
  const exit = await Promise.race([process.exited, sleep(times.exitMs, undefined, { ref: false })]);
  return { exit, healthMeanwhile, underWay };
}

async function holdDelivery({ sidecar, gateway, route, learned }: CheckContext) {
  if (learned.plain !== 'committed' || learned.manifest?.capabilities.attachments_out !== true) return undefined;
  const delivery = newDelivery('under way when the process is stopped', route);
  const { asset, release } = gateway.offer(delivery.delivery_id, {
    bytes: Buffer.from(delivery.delivery_id),
    mode: 'held',
  });
  const called = sidecar.deliver({ ...delivery, parts: [{ type: 'attachment', attachment: asset }] });
  const asked = () => gateway.downloads.some(({ path }) => path === asset.download_path);
  for (let waited = 0; waited < 5_000 && !asked(); waited += 20) await sleep(20);
  if (asked()) return { called, release };
  release();
  await called;
  return undefined;
}

/** The signal is handled a moment after it was sent: the first answer may still be the old one. */
async function statusAfterSignal({ sidecar }: CheckContext): Promise<string> {
  let status = 'no answer';
  for (let asked = 0; asked < 20 && status !== 'draining'; asked++) {
    const called = await sidecar.call('/health');
    status = called.answered ? (healthSchema.safeParse(called.document).data?.status ?? shown(called)) : 'no answer';
    // It does not listen any more, which says it as well.
    if (!called.answered) return 'draining';
    await sleep(50);
  }
  return status;
}
