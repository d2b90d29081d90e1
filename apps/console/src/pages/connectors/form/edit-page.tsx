import { Alert } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { ConnectorKind } from '../../../api/connector-kind.ts';
import { control } from '../../../api/control.ts';
import { Loading } from '../../../parts/loading.tsx';
import { PageHeader } from '../../../parts/page-header.tsx';
import { ConnectorForm } from './connector-form.tsx';
import { useConnectorFields, type ConnectorFields } from './connector-schema.ts';
import { AdminOnly } from './admin-only.tsx';

/** Changes a connector. */
export function EditPage({ kind, name }: { kind: ConnectorKind; name: string }) {
  const { data, error, refetch } = useAsItIsNow(kind, name);
  return (
    <>
      <PageHeader
        title={`Edit ${kind}/${name}`}
        about="Only what you change is sent; what you empty has its default again."
      />
      <AdminOnly>
        {data ? (
          <WithFields kind={kind}>
            {(fields) =>
              data.body.source === 'file' ? (
                <Alert title="It is in the connectors file" children="Change it there; it applies at once." />
              ) : (
                <ConnectorForm
                  fields={fields}
                  edited={{ kind, name, view: data.body, ...(data.etag !== undefined && { etag: data.etag }) }}
                />
              )
            }
          </WithFields>
        ) : (
          <Loading error={error} retry={() => void refetch()} />
        )}
      </AdminOnly>
    </>
  );
}

/** Read anew for each form, and left alone under it: what somebody else writes meanwhile is told when it is saved. */
function useAsItIsNow(kind: ConnectorKind, name: string) {
  return useQuery({
    queryKey: ['getConnector', 'to edit', kind, name],
    queryFn: () => control.call('getConnector', { params: { kind, name } }),
    gcTime: 0,
    staleTime: Infinity,
    refetchOnWindowFocus: false,
  });
}

/** What needs to know the fields of a kind. */
export function WithFields({
  kind,
  children,
}: {
  kind: ConnectorKind;
  children: (fields: ConnectorFields) => ReactNode;
}) {
  const { data, error, refetch } = useConnectorFields(kind);
  return data ? children(data) : <Loading error={error} retry={() => void refetch()} />;
}
