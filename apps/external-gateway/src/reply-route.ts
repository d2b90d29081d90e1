import { canonicalJson } from '@trunkline/events';

const jsonMark = 'json:';

/**
 * A sidecar's route as the text of a reply target. Text stays as it is; sidecars whose routes are JSON of another type get them back as
 * that type, which a mark in front tells (also in front of a text that begins with the mark itself).
 */
export function routeText(route: unknown): string {
  if (typeof route === 'string' && !route.startsWith(jsonMark)) return route;
  return jsonMark + canonicalJson(route);
}

/** The route as the sidecar gave it, or as an operator wrote it. */
export function routeOf(text: string): unknown {
  if (!text.startsWith(jsonMark)) return text;
  try {
    return JSON.parse(text.slice(jsonMark.length));
  } catch {
    return text;
  }
}
