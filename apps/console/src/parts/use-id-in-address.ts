import { usePathname } from 'wouter/use-browser-location';

/**
 * The last part of the address, below `prefix`. Taken from the browser itself: the router has decoded what it hands out, but not all of it.
 */
export function useIdInAddress(prefix: string): string {
  const path = usePathname();
  const at = path.indexOf(prefix);
  return decoded(path.slice(at + prefix.length));
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
