import { describe, expect, it } from 'vitest';
import { countReport, failedTasks, sumCounts, totalLine } from './test-report.mjs';

const passed = { status: 'passed' };
const failed = { status: 'failed' };
const report = { success: true, numPassedTests: 1, numFailedTests: 0, numPendingTests: 0, testResults: [] };

describe('a report', () => {
  it.each([
    {
      because: 'tests count one by one, skipped and todo apart',
      given: { numPassedTests: 7, numPendingTests: 1, numTodoTests: 2 },
      count: { passed: 7, failed: 0, skipped: 3 },
    },
    {
      because: 'a file with a failed test is not counted again',
      given: {
        success: false,
        numFailedTests: 1,
        testResults: [{ name: 'a', status: 'failed', assertionResults: [passed, failed] }],
      },
      count: { passed: 1, failed: 1, skipped: 0 },
    },
    {
      because: 'a file that cannot be loaded is one failure, though no test of it failed',
      given: {
        success: false,
        testResults: [
          { name: 'a', status: 'passed', assertionResults: [passed] },
          { name: 'b', status: 'failed', assertionResults: [] },
        ],
      },
      count: { passed: 1, failed: 1, skipped: 0 },
    },
    {
      because: 'an error outside of all tests is one failure',
      given: { success: false, testResults: [{ name: 'a', status: 'passed', assertionResults: [passed] }] },
      count: { passed: 1, failed: 1, skipped: 0 },
    },
  ])('adds up to $count: $because', ({ given, count }) => {
    expect(countReport({ ...report, ...given })).toEqual(count);
  });
});

it('sums up in one line, which mentions skipped tests only if there are any', () => {
  const counts = [
    { passed: 2, failed: 0, skipped: 0 },
    { passed: 3, failed: 1, skipped: 0 },
  ];
  expect(totalLine(sumCounts(counts))).toBe('5 passed, 1 failed');
  expect(totalLine(sumCounts([...counts, { passed: 0, failed: 0, skipped: 4 }]))).toBe('5 passed, 1 failed, 4 skipped');
});

describe('the output of Nx', () => {
  const output = `
 NX   Running target lint for 2 projects:

> nx run @trunkline/testing:lint

> eslint libs/testing

> nx run @trunkline/errors:lint

> eslint libs/errors

  2:7  error  'unused' is assigned a value but never used

 NX   Running target lint for 2 projects failed

Failed tasks:

- @trunkline/errors:lint

  Run duration:      4.0s
`;

  it('is cut down to the tasks that failed', () => {
    const shown = failedTasks(output);
    expect(shown).toContain("'unused' is assigned");
    expect(shown).not.toMatch(/libs\/testing|Failed tasks/);
  });

  it('is shown whole when it is not what we expect', () => {
    expect(failedTasks('nx: cannot read the project graph')).toBe('nx: cannot read the project graph');
  });
});
