import { expect, it } from 'vitest';
import { missingPackages, type LockFile } from './missing-packages.mjs';

const zod = { version: '4.1.0', integrity: 'sha512-a' };
const wanted: LockFile = {
  packages: {
    '': {},
    'libs/bus': { version: '0.1.0' },
    'node_modules/@trunkline/bus': { link: true },
    'node_modules/zod': zod,
    'node_modules/esbuild-aix': { version: '1.0.0', integrity: 'sha512-b', optional: true },
  },
};
const installed: LockFile = { packages: { 'node_modules/@trunkline/bus': { link: true }, 'node_modules/zod': zod } };

it.each([
  { because: 'all is there, but for what is made for other machines', have: installed, missing: [] },
  {
    because: 'nothing was installed yet',
    have: undefined,
    missing: ['node_modules/@trunkline/bus', 'node_modules/zod'],
  },
  {
    because: 'the version differs',
    have: { packages: { ...installed.packages, 'node_modules/zod': { ...zod, version: '4.0.0' } } },
    missing: ['node_modules/zod'],
  },
  {
    because: 'the content differs under the same version',
    have: { packages: { ...installed.packages, 'node_modules/zod': { ...zod, integrity: 'sha512-c' } } },
    missing: ['node_modules/zod'],
  },
  {
    because: 'the lock file no longer knows it',
    have: { packages: { ...installed.packages, 'node_modules/left-over': zod } },
    missing: ['node_modules/left-over'],
  },
])('misses $missing: $because', ({ have, missing }) => {
  expect(missingPackages(wanted, have)).toEqual(missing);
});
