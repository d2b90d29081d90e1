import type { CommonValues } from './common-options.ts';

/** What a process tells the bus about itself when it connects: the settings that `openBus` takes. */
export interface BusSettings {
  servers: string[];
  name: string;
  prefix: string;
  user?: string;
  password?: string;
}

/** The settings of the bus from those of the process. */
export function busSettings({ name, options }: { name: string; options: CommonValues }): BusSettings {
  const { natsUrl, natsUser, natsPassword, prefix } = options;
  return {
    servers: [...natsUrl],
    name,
    prefix,
    ...(natsUser === undefined ? {} : { user: natsUser }),
    ...(natsPassword === undefined ? {} : { password: natsPassword.expose() }),
  };
}
