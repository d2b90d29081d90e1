import { createDiscordSidecar } from './discord-sidecar.ts';

await createDiscordSidecar({ env: process.env }).run();
