import { Box, SegmentedControl, Text } from '@mantine/core';
import { connectorKinds } from '@trunkline/events';
import { PageHeader } from '../../../parts/page-header.tsx';
import { useAddress } from '../../../parts/use-address.ts';
import { AdminOnly } from './admin-only.tsx';
import { ConnectorForm } from './connector-form.tsx';
import { WithFields } from './edit-page.tsx';

const about: Readonly<Record<string, string>> = {
  http: 'Whatever can post to a URL; answers go to reply targets.',
  slack: 'An app of a Slack workspace.',
  telegram: 'A Telegram bot.',
  external: 'A sidecar: a process of yours that speaks the external protocol.',
};

/** Makes a connector: the kind first, since each has fields of its own. */
export function NewPage() {
  const { oneOf, set } = useAddress();
  const kind = oneOf('kind', connectorKinds) ?? 'http';
  return (
    <>
      <PageHeader title="New connector" about="It works as soon as it is saved; nothing has to be restarted." />
      <AdminOnly>
        <Box mb="md">
          <SegmentedControl
            aria-label="Kind"
            data={[...connectorKinds]}
            value={kind}
            onChange={(chosen) => set({ kind: chosen })}
          />
          <Text size="sm" c="dimmed" mt={4}>
            {about[kind]}
          </Text>
        </Box>
        <WithFields key={kind} kind={kind}>
          {(fields) => <ConnectorForm fields={fields} edited={{ kind, name: '' }} />}
        </WithFields>
      </AdminOnly>
    </>
  );
}
