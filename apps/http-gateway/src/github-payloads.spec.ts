import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { compileMapping } from './mapping.ts';
import { normalize } from './normalize.ts';
import { httpConnector } from './testing/http-connector.ts';

const examples: { name: string; examples: Record<string, unknown>[] }[] = createRequire(import.meta.url)(
  '@octokit/webhooks-examples/api.github.com/index.json',
);
const payloads = examples.flatMap(({ name, examples: all }) => all.map((body, at) => ({ name, at, body })));

const config = httpConnector({
  signing_secret: 'a-secret',
  signature_scheme: 'github',
  payload_format: 'raw',
  mapping: {
    content:
      '{{ headers["x-github-event"] }}{% if body.action %} {{ body.action }}{% endif %} in {{ body.repository.full_name | default: "the organization" }}' +
      '{% if body.issue %}: #{{ body.issue.number }} {{ body.issue.title }}{% elsif body.pull_request %}: #{{ body.pull_request.number }} {{ body.pull_request.title }}{% endif %}',
    actor_id: 'github:{{ body.sender.login }}',
    binding_keys: [
      '{% if body.issue or body.pull_request %}github:{{ body.repository.full_name }}#{{ body.issue.number | default: body.pull_request.number }}{% endif %}',
    ],
    intent: '{{ headers["x-github-event"] }}',
    ignore_if: '{{ body.sender.type == "Bot" }}',
  },
});
const mapping = config.mapping && compileMapping(config.mapping);

function translate(name: string, at: number, body: unknown) {
  const headers = {
    'content-type': ['application/json'],
    'x-github-event': [name],
    'x-github-delivery': [`${name}-${at}`],
  };
  const request = {
    headers,
    query: new URLSearchParams(),
    body: Buffer.from(JSON.stringify(body)),
    authenticated: true,
  };
  return normalize(request, { config, mapping }, { now: () => 0, random: () => 0 }).results[0];
}

describe('real GitHub payloads', () => {
  it('are the 329 of the collection', () => expect(payloads).toHaveLength(329));

  it.each(payloads)('$name $at', ({ name, at, body }) => {
    const result = translate(name, at, body);
    if (result?.outcome === 'ignored') return expect(body).toMatchObject({ sender: { type: 'Bot' } });
    if (result?.outcome !== 'event') throw new Error(JSON.stringify(result));
    const { id, subject, data } = result.draft.event;
    expect(id).toBe(`${name}-${at}`);
    expect(subject).toMatch(/^(http:hook(:[\w.-]+\/[\w.-]+)?|github:[\w.-]+\/[\w.-]+#\d+)$/);
    expect(data.content?.text).toMatch(/^\w+( [\w-]+)? in ([\w.-]+\/[\w.-]+|the organization)(: #\d+ .+)?$/);
    expect(data.raw).toEqual(body);
    return undefined;
  });

  it('of one issue share a conversation, whatever happened to it', () => {
    const subjects = payloads
      .filter(({ name }) => name === 'issues' || name === 'issue_comment')
      .map(({ name, at, body }) => translate(name, at, body))
      .map((result) => (result?.outcome === 'event' ? result.draft.event.subject : undefined));
    expect(new Set(subjects).size).toBeLessThan(subjects.length);
  });
});
