// What the services use of undici, without its fetch, WebSocket and cache: those are a third of the bundle and never run.
export { default as Agent } from 'undici/lib/dispatcher/agent.js';
export { default as buildConnector } from 'undici/lib/core/connect.js';
