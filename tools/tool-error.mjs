/** Something the person at the keyboard can do something about: what happened, and the `fix`. Printed without a stack. */
export class ToolError extends Error {
  /**
   * @param {string} message
   * @param {{ fix: string, cause?: unknown }} options
   */
  constructor(message, { fix, cause }) {
    super(message, { cause });
    this.name = 'ToolError';
    this.fix = fix;
  }
}

/**
 * Runs a command-line tool: its exit code becomes ours, and what it throws is shown.
 *
 * @param {() => Promise<number>} main
 */
export async function runTool(main) {
  try {
    process.exitCode = await main();
  } catch (error) {
    process.exitCode = 1;
    if (!(error instanceof ToolError)) throw error;
    process.stderr.write(`\n${error.message}\nFix: ${error.fix}\n`);
  }
}
