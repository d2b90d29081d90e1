/** Whether a delivery is from Trunkline: `body` is the raw bytes, `secret` the connector's egress_signing_secret. */
export function isFromTrunkline(headers: Record<string, string | undefined>, body: Uint8Array, secret: string): boolean;
