/**
 * @typedef {object} LockedPackage
 * @property {string} [version]
 * @property {string} [integrity]
 * @property {boolean} [link]
 * @property {boolean} [optional]
 */

/** @typedef {{ packages?: Record<string, LockedPackage> }} LockFile */

/**
 * The places in node_modules that do not hold what the lock file asks for, or hold what it does not know.
 *
 * npm writes what it installed into a second lock file in node_modules, so comparing the two is exact, and an
 * `npm install` by hand counts as well as our own. Optional packages are made for other machines when they are absent.
 *
 * @param {LockFile | undefined} wanted package-lock.json
 * @param {LockFile | undefined} installed node_modules/.package-lock.json; none before the first installation
 * @returns {string[]}
 */
export function missingPackages(wanted, installed) {
  const want = wanted?.packages ?? {};
  const have = installed?.packages ?? {};
  const places = new Set(
    [...Object.keys(want), ...Object.keys(have)].filter((place) => place.includes('node_modules/')),
  );
  return [...places].filter((place) => !isSame(want[place], have[place]));
}

/**
 * @param {LockedPackage | undefined} want
 * @param {LockedPackage | undefined} have
 */
function isSame(want, have) {
  if (!have) return want?.optional === true;
  return want?.version === have.version && want?.integrity === have.integrity && want?.link === have.link;
}
