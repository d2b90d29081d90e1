/** How to start a gateway of a kind. */
export const startOne = (kind: string): string =>
  `Start one: docker compose up -d ${kind}-gateway, or node apps/${kind}-gateway/src/main.ts.`;
