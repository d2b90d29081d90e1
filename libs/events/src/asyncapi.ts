import { eventTypes } from './event.ts';
import { componentSchemas, type JsonSchema, type SchemaName } from './json-schemas.ts';

interface Channel {
  address: string;
  description: string;
  payload: SchemaName;
  contentType?: string;
  /** What somebody outside does here. */
  action: 'receive' | 'send';
}

const channels: Record<string, Channel> = {
  events: {
    address: '{prefix}.events.{kind}.{connector}.{conversation}.{event}',
    description:
      'Everything that happened on a platform, in order within its conversation. Stream EVENTS, kept 26 hours.',
    payload: 'event',
    contentType: 'application/cloudevents+json',
    action: 'receive',
  },
  turns: {
    address: '{prefix}.turns.{conversation}.{lane}.{session}',
    description: 'Events routed into sessions. Stream TURNS, kept 30 days.',
    payload: 'turn',
    action: 'receive',
  },
  outputs: {
    address: '{prefix}.outputs.{lane}.{session}',
    description: 'What is to be said. A turn names the subject for its outputs. Stream OUTPUTS, kept 7 days.',
    payload: 'output',
    action: 'send',
  },
  deliveries: {
    address: '{prefix}.deliveries.{kind}.{lane}.{connector}.{target}',
    description: 'Outputs on their way to one target each. Stream DELIVERIES, kept 7 days; for gateways.',
    payload: 'delivery',
    action: 'receive',
  },
  live: {
    address: '{prefix}.live.{session}',
    description: 'Status and growing outputs. Not stored.',
    payload: 'live',
    action: 'send',
  },
  receipts: {
    address: '{prefix}.receipts.{instance}',
    description: 'What became of the events that one gateway instance stored. Not stored; for gateways.',
    payload: 'receipt',
    action: 'receive',
  },
};

const parameters: Record<string, object> = {
  prefix: { description: 'Prefix of the installation.', default: 'tl' },
  kind: { description: 'Kind of the connector.' },
  connector: { description: 'Token of the name of the connector.' },
  conversation: { description: 'Hash over kind, connector and key of the conversation.' },
  event: { description: 'Hash of the id of the event.' },
  lane: { description: '0 to 63: a 64th of all sessions, or of all delivery budgets.' },
  session: { description: 'Token of the id of the session.' },
  target: { description: 'Hash of the place that is delivered to.' },
  instance: { description: 'Name of the gateway instance.' },
};

/** AsyncAPI 3 document of the bus: every channel that others may read or write, with the schemas of what goes over it. */
export function asyncApiDocument(): JsonSchema {
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Trunkline bus',
      version: '1.0.0',
      description: `Documents on the NATS JetStream bus. Event types: ${eventTypes.join(', ')}.`,
    },
    defaultContentType: 'application/json',
    channels: mapped(channels, (channel, name) => channelObject(channel, name)),
    operations: mapped(channels, ({ action }, name) => ({ action, channel: { $ref: `#/channels/${name}` } })),
    components: {
      messages: mapped(channels, ({ payload, contentType, description }) => ({
        name: payload,
        summary: description,
        ...(contentType && { contentType }),
        payload: { $ref: `#/components/schemas/${payload}` },
      })),
      parameters,
      schemas: componentSchemas('#/components/schemas/'),
    },
  };
}

function channelObject({ address, description }: Channel, name: string): object {
  const names = [...address.matchAll(/\{(\w+)\}/g)].map(([, parameter = '']) => parameter);
  return {
    address,
    description,
    messages: { [name]: { $ref: `#/components/messages/${name}` } },
    parameters: Object.fromEntries(
      names.map((parameter) => [parameter, { $ref: `#/components/parameters/${parameter}` }]),
    ),
  };
}

function mapped<T>(record: Record<string, T>, make: (value: T, name: string) => object): Record<string, object> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, make(value, name)]));
}
