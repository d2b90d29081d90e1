import { describe, expect, it } from 'vitest';
import { childLine } from './dev-log.ts';

function shown(line: string, options: { name?: string; verbose?: boolean } = {}): string[] {
  const lines: string[] = [];
  const terminal = { out: () => {}, err: (text: string) => void lines.push(text), json: false };
  childLine({ verbose: options.verbose ?? false, terminal })(options.name ?? 'http-gateway', line);
  return lines;
}

const info = '{"level":30,"time":1,"service":"http-gateway","pid":7,"message":"request.answered","status":200}';
const warn = '{"level":40,"time":1,"service":"http-gateway","pid":7,"message":"lane.interrupted","lane":3}';
const natsInfo = '[7] 2026/11/24 01:00:00.000000 [INF] Server is ready';
const natsError = '[7] 2026/11/24 01:00:00.000000 [ERR] JetStream out of space';

describe('what dev shows of its processes', () => {
  it.each([
    { line: info, lines: [], because: 'all is well' },
    { line: warn, lines: ['http-gateway: lane.interrupted {"lane":3}'], because: 'somebody may have to look' },
    { line: natsInfo, name: 'nats', lines: [], because: 'all is well' },
    { line: natsError, name: 'nats', lines: [`nats: ${natsError}`], because: 'somebody may have to look' },
    {
      line: 'nats-server: spawn ENOENT',
      name: 'nats',
      lines: ['nats: nats-server: spawn ENOENT'],
      because: 'it is not there',
    },
    {
      line: 'SyntaxError: x',
      lines: ['http-gateway: SyntaxError: x'],
      because: 'a process that dies may not log JSON',
    },
  ])('$line: $because', ({ line, lines, name }) => {
    expect(shown(line, { name })).toEqual(lines);
  });

  it('shows what several processes say of the connectors file once, and again when it is said again', () => {
    const lines: string[] = [];
    const terminal = { out: () => {}, err: (text: string) => void lines.push(text), json: false };
    const show = childLine({ verbose: false, terminal });
    const refused =
      '{"level":50,"message":"connectors-file.refused","file":"connectors.toml","problems":["connectors.toml:1: wrong"]}';
    for (const name of ['http-gateway', 'session-router', 'slack-gateway', 'http-gateway', 'session-router']) {
      show(name, refused);
    }
    const line = 'http-gateway: connectors-file.refused\n  connectors.toml:1: wrong';
    expect(lines).toEqual([line, line]);
  });

  it('shows everything when asked to', () => {
    expect(shown(info, { verbose: true })).toEqual(['http-gateway: request.answered {"status":200}']);
    expect(shown(natsInfo, { name: 'nats', verbose: true })).toEqual([`nats: ${natsInfo}`]);
  });
});
