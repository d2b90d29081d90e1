/** Work in lines: one after another within a line, lines beside each other. */
export interface Lines {
  /** A failure is told to `failed`, and the next goes on. */
  run(line: string, work: () => Promise<void>): void;
  waiting(line: string): number;
  /** Resolves when no line has anything left. */
  idle(): Promise<void>;
}

/** `quiet` is called when a line has run empty, and may fill it again. */
export function createLines(on: { failed(line: string, error: unknown): void; quiet(line: string): void }): Lines {
  const lines = new Map<string, { waiting: number; end: Promise<void> }>();

  async function step(name: string, before: Promise<void>, work: () => Promise<void>): Promise<void> {
    await before;
    try {
      await work();
    } catch (error) {
      on.failed(name, error);
    }
    const line = lines.get(name);
    if (!line || --line.waiting > 0) return;
    lines.delete(name);
    on.quiet(name);
  }

  return {
    run(name, work) {
      const line = lines.get(name) ?? { waiting: 0, end: Promise.resolve() };
      lines.set(name, line);
      line.waiting++;
      line.end = step(name, line.end, work);
    },
    waiting: (name) => lines.get(name)?.waiting ?? 0,
    async idle() {
      while (lines.size > 0) await Promise.all([...lines.values()].map(({ end }) => end));
    },
  };
}
