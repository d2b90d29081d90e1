/** Where this machine reaches what listens on a host and port: an address for all of them is none to call. */
export function localUrl(host: string, port: number): string {
  return `http://${localHost(host)}:${port}`;
}

function localHost(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}
