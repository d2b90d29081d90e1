/** Version of the contract by which the gateway calls a sidecar (`GET /manifest`, `GET /health`, `POST /deliver`). */
export const runtimeVersion = 1;

/** Version of the contract by which a sidecar calls the gateway; version 1 is still accepted. */
export const ingressVersion = 2;

/** Names of the headers of a delivery, in lower case as Node reads them. */
export const deliveryHeaders = { idempotencyKey: 'idempotency-key', version: 'x-external-protocol-version' } as const;

const mebibyte = 1024 * 1024;

/** Limits of both contracts, in bytes, milliseconds or counts. Whoever is over them is refused. */
export const limits = {
  /** Body of any request between the two, except an uploaded file. */
  bodyBytes: 2 * mebibyte,
  contentBytes: mebibyte,
  inputItems: 64,
  attachments: 10,
  /** One inline asset, decoded. */
  inlineAssetBytes: mebibyte,
  /** One file sent to `POST .../assets`, or fetched from a delivery's `download_path`. */
  assetBytes: 50 * mebibyte,
  batchEvents: 64,
  /** Answer of `POST /deliver`. */
  deliveryAnswerBytes: 64 * 1024,
  deliveryAnswerMs: 15_000,
} as const;

/** What a child of the gateway inherits of its environment; everything else is in its configuration. */
export const inheritedVariables = [
  'PATH',
  'HOME',
  'LANG',
  'LC_ALL',
  'TZ',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'TMPDIR',
  'PYTHONPATH',
  'VIRTUAL_ENV',
  'NODE_EXTRA_CA_CERTS',
] as const;
