const count = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });
const exact = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });
const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

/** With a digit behind the point where it tells something. */
const toOneDigit = (value: number): string => (value < 10 ? exact : whole).format(value);

/** A number as short as it can be read: `12`, `3.4K`. */
export const shortCount = (value: number): string => count.format(value);

/** How many a minute: `0.4`, `1,200`. */
export const perMinute = (many: number, seconds: number): string => toOneDigit((many * 60) / Math.max(1, seconds));

const durations = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1_000],
  ['ms', 1],
] as const;

/** A time that passed, in the unit that fits: `7 ms`, `1.5 s`, `3 min`; a dash for none. */
export function duration(ms: number | undefined): string {
  if (ms === undefined) return '–';
  if (ms === 0) return '0 s';
  const [unit, size] = durations.find(([, size]) => ms >= size) ?? (['ms', 1] as const);
  return `${toOneDigit(ms / size)} ${unit}`;
}

/** The same of seconds. */
export const durationOfSeconds = (seconds: number | undefined): string =>
  duration(seconds === undefined ? undefined : seconds * 1_000);

const sizes = [
  ['GB', 1e9],
  ['MB', 1e6],
  ['kB', 1e3],
] as const;

/** Bytes, to one digit: `1.2 MB`. */
export function size(bytes: number): string {
  const [unit, size] = sizes.find(([, size]) => bytes >= size) ?? (['B', 1] as const);
  return `${toOneDigit(bytes / size)} ${unit}`;
}

/** A share as a percentage; a dash where there was nothing to have a share of. */
export const share = (rate: number | undefined): string => (rate === undefined ? '–' : `${exact.format(rate * 100)} %`);

/** `1 event`, `2 events`. */
export const counted = (many: number, one: string, more = `${one}s`): string =>
  `${shortCount(many)} ${many === 1 ? one : more}`;
