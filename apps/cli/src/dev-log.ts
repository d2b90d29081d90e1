import type { Terminal } from './terminal.ts';

const warning = 40;
/** What nats-server says when all is well. */
const natsChatter = /^\[\d+\] .* \[(INF|DBG|TRC)\] /;
const envelope = new Set(['time', 'service', 'instance', 'pid', 'hostname']);

/** Shows the lines of child processes: warnings and worse, or with `verbose` all, each behind the name of its process. */
export function childLine(options: { verbose: boolean; terminal: Terminal }): (name: string, line: string) => void {
  const said = new Map<string, Set<string>>();
  return (name, line) => {
    const parsed = pinoLine(line);
    if (!parsed) {
      if (options.verbose || !natsChatter.test(line)) options.terminal.err(`${name}: ${line}`);
      return;
    }
    if (!options.verbose && parsed.level < warning) return;
    const text = `${parsed.message}${parsed.rest}`;
    if (parsed.message.startsWith('connectors-file.') && !options.verbose && isEcho({ name, text }, said)) return;
    options.terminal.err(`${name}: ${text}`);
  };
}

/** Every process reads the connectors file, and each says the same of it: that is heard from the first of them. */
function isEcho({ name, text }: { name: string; text: string }, said: Map<string, Set<string>>): boolean {
  const names = said.get(text);
  const isNews = names === undefined || names.has(name);
  said.set(text, isNews ? new Set([name]) : names.add(name));
  return !isNews;
}

/** A line of our own logger (libs/telemetry), whose text stands under `message`. */
function pinoLine(line: string): { level: number; message: string; rest: string } | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const { level, message, ...others } = JSON.parse(line) as Record<string, unknown>;
    const rest = Object.fromEntries(Object.entries(others).filter(([name]) => !envelope.has(name)));
    const levels: Record<string, number> = { trace: 10, debug: 20, info: 30, warn: 40, error: 50, fatal: 60 };
    const severity = typeof level === 'number' ? level : (levels[String(level)] ?? warning);
    return {
      level: severity,
      message: String(message),
      rest:
        listed(rest['warnings'] ?? rest['problems']) ?? (Object.keys(rest).length ? ` ${JSON.stringify(rest)}` : ''),
    };
  } catch {
    return undefined;
  }
}

/** What is wrong with a connectors file, a line each: people read it while they edit. */
const listed = (problems: unknown): string | undefined =>
  Array.isArray(problems) ? problems.map((problem) => `\n  ${String(problem)}`).join('') : undefined;
