/** A file of a multipart body. */
export interface UploadedFile {
  name: string;
  type: string;
  bytes: Buffer;
}

export interface FormParts {
  fields: Record<string, string>;
  files: Record<string, UploadedFile>;
}

/** Splits a multipart/form-data body; parts without a name are left out. */
export function readMultipart(body: Buffer, contentType: string): FormParts {
  const parts: FormParts = { fields: {}, files: {} };
  const [, quoted, plain] = /boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(contentType) ?? [];
  const boundary = quoted ?? plain;
  if (!boundary) return parts;
  for (const part of split(body, `--${boundary}`)) {
    const headEnd = part.indexOf('\r\n\r\n');
    if (headEnd < 0) continue;
    place(part.subarray(0, headEnd).toString(), part.subarray(headEnd + 4), parts);
  }
  return parts;
}

function place(head: string, bytes: Buffer, parts: FormParts): void {
  const disposition = /^content-disposition:(.*)$/im.exec(head)?.[1] ?? '';
  const name = parameter(disposition, 'name');
  if (name === undefined) return;
  const fileName = parameter(disposition, 'filename');
  if (fileName === undefined) parts.fields[name] = bytes.toString();
  else {
    const type = /^content-type:\s*([^;\r\n]+)/im.exec(head)?.[1]?.trim() ?? 'application/octet-stream';
    parts.files[name] = { name: fileName, type, bytes };
  }
}

function parameter(disposition: string, name: string): string | undefined {
  const [, quoted, plain] = new RegExp(`(?:^|;)\\s*${name}=(?:"([^"]*)"|([^;\\s]*))`, 'i').exec(disposition) ?? [];
  return quoted ?? plain;
}

/** What stands between the delimiters, without the line breaks that belong to them. */
function split(body: Buffer, delimiter: string): Buffer[] {
  const found: Buffer[] = [];
  let start = body.indexOf(delimiter);
  while (start >= 0) {
    const from = start + delimiter.length;
    const next = body.indexOf(`\r\n${delimiter}`, from);
    if (next < 0) break;
    found.push(body.subarray(from + 2, next));
    start = next + 2;
  }
  return found;
}
