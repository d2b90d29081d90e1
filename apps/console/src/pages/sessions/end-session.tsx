import { notifications } from '@mantine/notifications';
import { useChange } from '../../api/use-operation.ts';
import { ConfirmButton } from '../../parts/confirm-button.tsx';

/** Ends a session, once somebody has confirmed it. */
export function EndSession({ sessionId, etag }: { sessionId: string; etag: string | undefined }) {
  const change = useChange('endSession', ['getSession', 'listSessions']);
  const end = async () => {
    await change.mutateAsync({ params: { session_id: sessionId }, ...(etag !== undefined && { ifMatch: etag }) });
    notifications.show({ message: `Session ${sessionId} has ended.`, color: 'green' });
  };
  return (
    <ConfirmButton label="End session" color="red" change={change} onConfirm={end}>
      Its binding keys become free, and what consumers keep for it is deleted; this cannot be undone. What was said can
      still be read. The next event of one of its conversations begins a new session.
    </ConfirmButton>
  );
}
