/**
 * What we read of the JSON report that Vitest writes for one project.
 *
 * @typedef {object} VitestReport
 * @property {boolean} success
 * @property {number} numPassedTests
 * @property {number} numFailedTests
 * @property {number} numPendingTests
 * @property {number} [numTodoTests]
 * @property {{ name: string, status: string, assertionResults: { status: string }[] }[]} testResults one for each file
 */

/** @typedef {{ passed: number, failed: number, skipped: number }} Count */

/**
 * Counts one report. A file that cannot be loaded has no failed test, and an error outside of all tests belongs to none:
 * both count as one failure, so that a red run never adds up to "0 failed".
 *
 * @param {VitestReport} report
 * @returns {Count}
 */
export function countReport(report) {
  const broken = report.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
  );
  const failed = report.numFailedTests + broken.length;
  return {
    passed: report.numPassedTests,
    failed: failed === 0 && !report.success ? 1 : failed,
    skipped: report.numPendingTests + (report.numTodoTests ?? 0),
  };
}

/**
 * @param {Count[]} counts
 * @returns {Count}
 */
export function sumCounts(counts) {
  const sum = { passed: 0, failed: 0, skipped: 0 };
  for (const count of counts) {
    sum.passed += count.passed;
    sum.failed += count.failed;
    sum.skipped += count.skipped;
  }
  return sum;
}

/**
 * The line that people and machines look for at the end: `12 passed, 0 failed`.
 *
 * @param {Count} count
 * @returns {string}
 */
export function totalLine({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

/**
 * The parts of Nx's output that belong to failed tasks; all of it when Nx does not say which failed.
 *
 * @param {string} output of `nx run-many --outputStyle=static`
 * @returns {string}
 */
export function failedTasks(output) {
  const [, list = ''] = /^Failed tasks:\s*([\s\S]*)$/m.exec(output) ?? [];
  const failed = new Set([...list.matchAll(/^- (\S+)\s*$/gm)].map(([, task]) => task));
  const [runs = ''] = output.split(/^ *NX +Running targets? .* failed$/m);
  const blocks = runs.split(/^(?=> nx run )/m).filter((block) => failed.has(/^> nx run (\S+)/.exec(block)?.[1] ?? ''));
  return blocks.length > 0 ? blocks.map((block) => block.trim()).join('\n\n') : output;
}
