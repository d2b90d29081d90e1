import { Box, Button, ScrollArea, Text } from '@mantine/core';
import type { ConnectorLog } from '@trunkline/control-api';
import { useEffect, useRef, useState } from 'react';
import { useOperation } from '../../../api/use-operation.ts';
import { Panel } from '../../../parts/panel.tsx';
import { Problem } from '../../../parts/problem.tsx';
import type { ConnectorKind } from '../../../api/connector-kind.ts';
import classes from './sidecar-log.module.css';

/** The last lines of the process that the gateway runs, as they come; they stand still while it is paused. */
export function SidecarLog({ kind, name }: { kind: ConnectorKind; name: string }) {
  const [paused, setPaused] = useState(false);
  const log = useOperation('showConnectorLog', { params: { kind, name } }, paused ? {} : { everyMs: 2_000 });
  const lines = log.data?.body.lines ?? [];
  return (
    <Panel
      title="Sidecar log"
      actions={
        <Button size="compact-sm" variant="default" onClick={() => setPaused(!paused)}>
          {paused ? 'Resume' : 'Pause'}
        </Button>
      }
    >
      {log.error && <Problem error={log.error} retry={() => void log.refetch()} />}
      {lines.length === 0 ? (
        <Text size="sm" c="dimmed">
          The process has written nothing yet. The gateway keeps its last 200 lines.
        </Text>
      ) : (
        <Lines lines={lines} />
      )}
    </Panel>
  );
}

function Lines({ lines }: { lines: ConnectorLog['lines'] }) {
  const viewport = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  useEffect(() => {
    const box = viewport.current;
    if (box && atEnd.current) box.scrollTop = box.scrollHeight;
  }, [lines]);
  const onScroll = () => {
    const box = viewport.current;
    if (box) atEnd.current = box.scrollHeight - box.scrollTop - box.clientHeight < 24;
  };
  return (
    <ScrollArea.Autosize
      mah={360}
      type="auto"
      viewportRef={viewport}
      onScrollPositionChange={onScroll}
      viewportProps={{ tabIndex: 0, role: 'region', 'aria-label': 'Lines of the sidecar' }}
    >
      <Box className={classes.lines}>
        {lines.map(({ at, from, line }, n) => (
          <div key={`${at} ${n}`} data-from={from}>
            <time dateTime={at}>{new Date(at).toLocaleTimeString('en-GB')}</time> <span>{from}</span> {line}
          </div>
        ))}
      </Box>
    </ScrollArea.Autosize>
  );
}
