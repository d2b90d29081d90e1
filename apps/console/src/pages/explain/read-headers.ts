/** Reads headers as people write them, one a line; a name may stand there several times. */
export function readHeaders(
  text: string,
): { ok: true; headers: Record<string, string[]> } | { ok: false; problem: string } {
  const headers: Record<string, string[]> = {};
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const [, name, value] = /^\s*([^:\s]+)\s*:\s*(.*?)\s*$/.exec(line) ?? [];
    if (name === undefined || value === undefined)
      return { ok: false, problem: `Line ${index + 1}: write Name: value.` };
    const key = name.toLowerCase();
    headers[key] = [...(headers[key] ?? []), value];
  }
  return { ok: true, headers };
}
