import { Button, Code, Text } from '@mantine/core';
import { Pause, Play } from 'lucide-react';
import { useState } from 'react';
import { useFeed, type FeedQuery } from '../../api/use-feed.ts';
import { PageHeader } from '../../parts/page-header.tsx';
import { paths } from '../../parts/paths.ts';
import { PlaceLink } from '../../parts/place-link.tsx';
import { Problem } from '../../parts/problem.tsx';
import { LiveFilters, useLiveQuery } from './live-filters.tsx';
import { LiveItem } from './live-item.tsx';
import { LiveList } from './live-list.tsx';
import { LiveStatus } from './live-status.tsx';
import type { LiveRow } from './row-window.ts';
import { useHeld } from './use-held.ts';
import { useRowWindow } from './use-row-window.ts';

/** What happens, as it happens. */
export function Live() {
  const query = useLiveQuery();
  const [paused, setPaused] = useState(false);
  const Icon = paused ? Play : Pause;
  return (
    <>
      <PageHeader title="Live" about="What happens, as it happens, newest first.">
        <Button variant="default" leftSection={<Icon size={16} aria-hidden />} onClick={() => setPaused(!paused)}>
          {paused ? 'Resume' : 'Pause'}
        </Button>
      </PageHeader>
      <LiveFilters />
      <Tail key={JSON.stringify(query)} query={query} paused={paused} />
    </>
  );
}

function Tail({ query, paused }: { query: FeedQuery; paused: boolean }) {
  const { held, top, holders } = useHeld();
  const { rows, fallen, waiting, take, clear } = useRowWindow(held);
  const { state, failure, retry } = useFeed(query, take, { paused });
  const [open, setOpen] = useState<LiveRow>();
  return (
    <>
      <div ref={top} />
      <LiveStatus state={state} rows={rows.length} fallen={fallen} onClear={clear} />
      {failure !== undefined && <Problem error={failure} retry={retry} />}
      <LiveList rows={rows} waiting={waiting} holders={holders} onOpen={setOpen} />
      {rows.length === 0 && failure === undefined && (
        <Text size="sm" c="dimmed" py="lg" ta="center">
          Nothing yet. Say something in the{' '}
          <PlaceLink to={paths.playground} underline="always">
            Playground
          </PlaceLink>
          , or with <Code>npm run -s trunkline -- simulate http hello</Code>.
        </Text>
      )}
      <LiveItem item={open?.item} onClose={() => setOpen(undefined)} />
    </>
  );
}
