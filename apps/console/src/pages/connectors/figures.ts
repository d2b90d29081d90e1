/** A share as a percentage; a dash where there was nothing to have a share of. */
export const share = (rate: number | undefined): string =>
  rate === undefined ? '–' : `${(rate * 100).toLocaleString('en', { maximumFractionDigits: 1 })} %`;

const units = [
  [86_400, 'd'],
  [3_600, 'h'],
  [60, 'min'],
] as const;

/** A time in its largest unit; a dash for none. */
export function span(seconds: number | undefined): string {
  if (seconds === undefined) return '–';
  const [size, unit] = units.find(([each]) => seconds >= each) ?? ([1, 's'] as const);
  return `${Math.floor(seconds / size)} ${unit}`;
}
