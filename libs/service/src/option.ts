/** What reading one text came to. A problem says what is wanted and never repeats the text: it may be a secret. */
export type Parsed<V> = { value: V } | { problem: string };

/** Reads the text of a flag or a variable. */
export interface Parser<V> {
  (text: string): Parsed<V>;
  /** What `--help` shows in place of the value; none for a switch. */
  readonly placeholder?: string;
}

/** One setting of a process. */
export interface Option<V> {
  readonly parse: Parser<V>;
  readonly description: string;
  /** Without its dashes. Absent for what must not stand on a command line, where every user of the machine can read it. */
  readonly flag?: string;
  readonly env?: string;
  readonly fallback?: V;
  /** The process does not start without it. */
  readonly required?: boolean;
  /** The value may also come from a file that `--<flag>-file` or `<ENV>_FILE` names. */
  readonly fromFile?: boolean;
  /** What the log shows of it, where that is not the value. */
  show?(value: V): unknown;
}

/** The settings of a process, by the name that its code uses. */
export type OptionTable = Readonly<Record<string, Option<unknown>>>;

/** The values that a table of options yields. */
export type OptionValues<T extends OptionTable> = {
  readonly [K in keyof T]: T[K] extends Option<infer V> ? V : never;
};

type Parts<V> = Omit<Option<V>, 'parse' | 'fallback' | 'required'>;

/** Declares a setting that may stay unset. */
export function optional<V>(parse: Parser<V>, parts: Parts<V>): Option<V | undefined> {
  const { show, ...rest } = parts;
  return { ...rest, parse, show: (value) => (value === undefined || show === undefined ? value : show(value)) };
}

/** Declares a setting that must be given. */
export function required<V>(parse: Parser<V>, parts: Parts<V>): Option<V> {
  return { ...parts, parse, required: true };
}

/** Declares a setting that has a default. */
export function withDefault<V>(parse: Parser<V>, fallback: NoInfer<V>, parts: Parts<V>): Option<V> {
  return { ...parts, parse, fallback };
}
