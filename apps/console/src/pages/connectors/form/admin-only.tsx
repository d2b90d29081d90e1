import { Alert } from '@mantine/core';
import type { ReactNode } from 'react';
import { useSession } from '../../../api/session.ts';

/** What only an admin can do; others read why it is not there. */
export function AdminOnly({ children }: { children: ReactNode }) {
  const { may, role } = useSession();
  if (may('admin')) return children;
  return <Alert title="Only an admin may do this" children={`You are signed in as ${role}.`} />;
}
