/** How to start a process of a service. */
export const startOne = (service: string): string =>
  `Start one: docker compose up -d ${service}, or node apps/${service}/src/main.ts.`;
