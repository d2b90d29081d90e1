/** One line of the result. `ratio` is judged, against `target`; figures of other machines and runs are not. */
export interface Row {
  name: string;
  value: number;
  /** The same measured for the least that could do the job, in the same run. */
  floor?: number;
  /** Of value to floor. */
  ratio?: number;
  unit: string;
  target?: string;
}

/** What every measurement gets. */
export interface BenchContext {
  /** Shorter runs, for trying out. */
  quick: boolean;
  say: (line: string) => void;
}
