let held: string | undefined;

/** A payload on its way from an event that happened to the form: too long for an address. */
export const payloadToExplain = {
  put: (payload: string): void => void (held = payload),
  take(): string | undefined {
    const taken = held;
    held = undefined;
    return taken;
  },
};
