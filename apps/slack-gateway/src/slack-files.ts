import type { Attachment } from '@trunkline/events';
import { z } from 'zod';
import type { Installation } from './bot-token.ts';
import { maybe, shortText } from './slack-payload.ts';

const file = z.object({
  id: z.string().regex(/^[A-Za-z0-9]{1,40}$/),
  name: maybe(shortText),
  title: maybe(shortText),
  mimetype: maybe(shortText),
  size: maybe(z.int().nonnegative()),
  mode: maybe(z.string()),
  external_url: maybe(z.url({ protocol: /^https?$/ }).max(2_000)),
});

/** The files of a message. Those that cannot be read as such are left out. */
export const slackFiles = maybe(z.array(z.unknown()).max(1_000));

const mostFiles = 50;
/** Slack says of such a file only that it once was, or that the plan hides it. */
const withoutContent = new Set(['tombstone', 'hidden_by_limit']);

/** Which file an asset id of ours means, and through which installation it can be had. */
export interface SlackFilePlace extends Installation {
  fileId: string;
}

/** The installation is part of the id: its token fetches the file, at a time when the event is long gone. */
export function assetIdOf({ team = '', enterprise = '', fileId }: SlackFilePlace): string {
  return `slk_${team}-${enterprise}_${fileId}`;
}

/** The inverse of `assetIdOf`; `undefined` for ids of other files. */
export function fileOfAsset(assetId: string): SlackFilePlace | undefined {
  const [, team, enterprise, fileId] =
    /^slk_([A-Za-z0-9]{0,40})-([A-Za-z0-9]{0,40})_([A-Za-z0-9]{1,40})$/.exec(assetId) ?? [];
  return fileId === undefined ? undefined : { team: team || undefined, enterprise: enterprise || undefined, fileId };
}

/** Only what can stand in an asset id; anything else is not an id of Slack's. */
const plainId = (id: string | undefined) => (id !== undefined && /^[A-Za-z0-9]{1,40}$/.test(id) ? id : undefined);

/** Describes files without fetching them. A file that lies elsewhere (Google Drive) has its own URL. */
export function attachmentsOf(files: readonly unknown[] | undefined, through: Installation): Attachment[] {
  return (files ?? []).slice(0, mostFiles).flatMap((candidate) => {
    const parsed = file.safeParse(candidate);
    if (!parsed.success || withoutContent.has(parsed.data.mode ?? '')) return [];
    const { id: fileId, name, title, mimetype, size, external_url: external, mode } = parsed.data;
    const fileName = name ?? title;
    return [
      {
        asset_id: assetIdOf({ team: plainId(through.team), enterprise: plainId(through.enterprise), fileId }),
        ...(fileName !== undefined && { file_name: fileName }),
        ...(mimetype !== undefined && { media_type: mimetype }),
        ...(size !== undefined && { byte_length: size }),
        ...(mode === 'external' && external !== undefined && { url: external }),
      },
    ];
  });
}
