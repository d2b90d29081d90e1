import { Alert, Button, Group, List, Modal, Stack, Text } from '@mantine/core';
import type { ConnectorWritten } from '@trunkline/control-api';
import { ChangesTable } from './changes-table.tsx';

interface ReviewProps {
  /** What the API says that saving would do; nothing to review while it is missing. */
  planned: ConnectorWritten | undefined;
  isSaving: boolean;
  onSave: () => void;
  onClose: () => void;
}

/** What saving would change, before it is saved. */
export function ReviewDialog({ planned, isSaving, onSave, onClose }: ReviewProps) {
  const { changes = [], warnings = [] } = planned ?? {};
  return (
    <Modal opened={planned !== undefined} onClose={onClose} title="What will change" size="xl">
      <Stack>
        {changes.length === 0 ? (
          <Text size="sm">Nothing: it is like that already.</Text>
        ) : (
          <ChangesTable changes={changes} />
        )}
        {warnings.length > 0 && (
          <Alert color="orange" variant="outline" title="Please note">
            <List size="sm">
              {warnings.map((warning) => (
                <List.Item key={warning}>{warning}</List.Item>
              ))}
            </List>
          </Alert>
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Back to the form
          </Button>
          <Button onClick={onSave} loading={isSaving} data-autofocus>
            Save
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
