import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { commonErrors } from './method.ts';
import { webApiMethods } from './methods/all.ts';

// Beside the clone, or one higher for a worktree.
const places = ['../../../../..', '../../../../../..'].map((up) =>
  resolve(import.meta.dirname, up, 'shared/fixtures/slack-api-ref/docs.slack.dev/methods'),
);
const reference = places.find(existsSync) ?? '';
const methods = Object.entries(webApiMethods({ openTicket: () => '', contexts: new Map() }));
const described = methods
  .map(([name, method]) => ({ name, errors: method.errors, file: resolve(reference, `${name}.json`) }))
  .filter(({ file }) => existsSync(file));

describe.skipIf(described.length === 0)(
  'the errors of the fake (skipped without shared/fixtures/slack-api-ref)',
  () => {
    it.each(described)('of $name are documented for it', ({ errors, file }) => {
      const { errors: documented } = JSON.parse(readFileSync(file, 'utf8')) as { errors: Record<string, unknown> };
      expect(errors.filter((error) => !(error in documented) && !commonErrors.includes(error))).toEqual([]);
    });
  },
);
