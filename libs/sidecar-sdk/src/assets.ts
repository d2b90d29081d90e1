import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { GatewayClient } from './gateway-client.ts';
import { uploadedAssetSchema, type UploadedAsset } from './ingress-contract.ts';
import { limits } from './protocol.ts';
import { backoffMs } from './retry-delay.ts';
import { assetSchema, type Asset } from './runtime-contract.ts';
import { gatewayRefused, SidecarError } from './sidecar-error.ts';

const timeoutMs = 60_000;
const maxAttempts = 5;

/** How a file is named for those who read the event. */
export interface UploadOptions {
  fileName: string;
  mediaType?: string;
}

interface Deps {
  gateway: GatewayClient;
  firstBackoffMs: number;
  random(): number;
}

/** Fetches a file of a delivery; it is what its length and SHA-256 say. What is gone for ever is a terminal error. */
export async function downloadAsset(
  asset: Asset,
  options: { maxBytes: number },
  { gateway }: Deps,
): Promise<Uint8Array> {
  const { maxBytes } = options;
  if (!assetSchema.safeParse(asset).success) throw invalid('The asset has no usable download_path.');
  if ((asset.byte_length ?? 0) > maxBytes) throw invalid(`The file is larger than ${maxBytes} bytes.`);
  let response;
  try {
    response = await gateway.fetchPath(asset.download_path, timeoutMs);
  } catch (cause) {
    throw new SidecarError('ASSET_UNAVAILABLE', 'The gateway does not answer.', { cause });
  }
  if (!response.ok) {
    await response.body?.cancel();
    throw new SidecarError('ASSET_UNAVAILABLE', `The file is not given (HTTP ${response.status}).`, {
      terminal: response.status === 404 || response.status === 410,
    });
  }
  const bytes = await readLimited(response, maxBytes);
  if (asset.byte_length !== undefined && bytes.length !== asset.byte_length) throw damaged();
  if (asset.sha256 && sha256(bytes) !== asset.sha256.toLowerCase()) throw damaged();
  return bytes;
}

/** Puts a file into the gateway's store, for `{type: "asset_reference", asset_id}`. At most 50 MiB. */
export async function uploadAsset(bytes: Uint8Array, options: UploadOptions, deps: Deps): Promise<UploadedAsset> {
  if (bytes.length > limits.assetBytes) throw invalid(`The file is larger than ${limits.assetBytes} bytes.`);
  const path = `/assets?file_name=${encodeURIComponent(options.fileName)}`;
  const request = {
    path,
    body: new Uint8Array(bytes),
    contentType: options.mediaType ?? 'application/octet-stream',
    timeoutMs,
  };
  for (let attempt = 1; ; attempt++) {
    const answer = await deps.gateway.request(request);
    if (answer.outcome === 'refused') throw gatewayRefused('The file', answer);
    const uploaded = answer.outcome === 'ok' ? uploadedAssetSchema.safeParse(answer.document).data : undefined;
    if (uploaded) return uploaded;
    if (attempt >= maxAttempts) throw new SidecarError('ASSET_UNAVAILABLE', 'The gateway does not take the file now.');
    const asked = answer.outcome === 'again' ? answer.afterMs : undefined;
    await sleep(asked ?? backoffMs(attempt, { firstMs: deps.firstBackoffMs, random: deps.random() }));
  }
}

async function readLimited(response: Response, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of response.body ?? []) {
      size += chunk.length;
      if (size > maxBytes) throw invalid(`The file is larger than ${maxBytes} bytes.`);
      chunks.push(chunk);
    }
  } catch (cause) {
    if (cause instanceof SidecarError) throw cause;
    throw new SidecarError('ASSET_UNAVAILABLE', 'The file did not arrive whole.', { cause });
  }
  return Buffer.concat(chunks);
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

const invalid = (message: string) => new SidecarError('ASSET_INVALID', message, { terminal: true });
// Retryable: what arrived may have been cut on the way.
const damaged = () => new SidecarError('ASSET_UNAVAILABLE', 'The file is not what its length and SHA-256 say.');
