import { expect, it } from 'vitest';
import { assignBots } from './bot-assignments.ts';
import { readyEntry } from './testing/telegram-connector.ts';

const polling = { ingress_mode: 'polling' };
const hooked = { public_url: 'https://gateway.test' };
const other = { bot_token: '7:other' };

const assigned = (entries: object[]) => {
  const { bots, problems } = assignBots(entries.map((fields) => readyEntry(fields)));
  return { bots: [...bots].map(([id, { name }]) => `${id} ${name}`), problems: [...problems.keys()] };
};

it.each([
  { entries: [{ name: 'a', ...polling }], bots: ['4242 a'], problems: [], because: 'a poller is needed' },
  { entries: [{ name: 'a', ...hooked }], bots: ['4242 a'], problems: [], because: 'a webhook is to be registered' },
  { entries: [{ name: 'a' }], bots: [], problems: [], because: 'Telegram calls by itself' },
  {
    entries: [
      { name: 'b', ...polling },
      { name: 'a', ...polling },
    ],
    bots: ['4242 a'],
    problems: ['b'],
    because: 'of two connectors with one bot the first by name gets it',
  },
  {
    entries: [
      { name: 'a', ...hooked },
      { name: 'b', ...polling },
    ],
    bots: ['4242 a'],
    problems: ['b'],
    because: 'a webhook and a poller exclude each other too',
  },
  {
    entries: [
      { name: 'a', ...polling },
      { name: 'b', ...polling, ...other },
    ],
    bots: ['4242 a', '7 b'],
    problems: [],
    because: 'bots are apart',
  },
  {
    entries: [{ name: 'a', ...polling, bot_token: 'nonsense' }],
    bots: [],
    problems: ['a'],
    because: 'the token is none',
  },
])('$because', ({ entries, bots, problems }) => {
  expect(assigned(entries)).toEqual({ bots, problems });
});
