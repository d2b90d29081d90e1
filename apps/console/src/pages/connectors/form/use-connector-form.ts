import { notifications } from '@mantine/notifications';
import type { ConnectorView, ConnectorWritten } from '@trunkline/control-api';
import { useState } from 'react';
import type { ConnectorKind } from '../../../api/connector-kind.ts';
import { control } from '../../../api/control.ts';
import { useChange } from '../../../api/use-operation.ts';
import { changeOf, rebased } from './change-of.ts';
import type { ConnectorFields } from './connector-schema.ts';
import { draftOf, type Draft } from './draft.ts';

/** A connector as a form begins with it; without a view it is a new one. */
export interface Edited {
  kind: ConnectorKind;
  name: string;
  view?: ConnectorView;
  etag?: string;
}

/** What is entered, what it would change, and the way to save it. */
export function useConnectorForm({ all }: ConnectorFields, edited: Edited) {
  const [base, setBase] = useState(() => ({ ...edited, draft: draftOf(all, edited.view?.config ?? {}) }));
  const [entered, setEntered] = useState(base.draft);
  const [planned, setPlanned] = useState<ConnectorWritten>();
  const put = useChange('putConnector', ['listConnectors', 'getConnector', 'listSecrets']);
  const change = changeOf(all, base.draft, entered);
  const { kind, view } = base;
  const write = (name: string, dryRun: boolean) =>
    put.mutateAsync({
      params: { kind, name },
      query: dryRun ? { dry_run: 'true' } : {},
      body: change,
      ...(view ? { ifMatch: base.etag ?? '*' } : { ifNoneMatch: '*' }),
    });
  return {
    ...{ base, entered, change, planned, error: put.error, isPending: put.isPending },
    isChanged: Object.keys(change).length > 0,
    enter: (key: string, value: unknown) => setEntered((before: Draft) => ({ ...before, [key]: value })),
    /** Asks the API what saving would change. */
    async plan(name: string) {
      const { body } = await write(name, true);
      setPlanned(body);
    },
    leavePlan: () => setPlanned(undefined),
    /** Throws, with the input kept, when it is refused. */
    async save(name: string) {
      try {
        const { body } = await write(name, false);
        notifications.show({ color: 'green', title: `${kind}/${name} is saved`, message: said(body) });
      } finally {
        setPlanned(undefined);
      }
    },
    /** Puts what is entered on top of what somebody else wrote. */
    async takeOver() {
      const { body: now, etag } = await control.call('getConnector', { params: { kind, name: base.name } });
      const draft = draftOf(all, now.config);
      setEntered(rebased(all, { before: base.draft, entered, now: draft }));
      setBase({ ...base, view: now, ...(etag !== undefined && { etag }), draft });
      put.reset();
    },
  };
}

export type ConnectorForm = ReturnType<typeof useConnectorForm>;

const said = ({ changes }: ConnectorWritten) =>
  changes.length === 0 ? 'It was like that already.' : `Changed: ${changes.map(({ field }) => field).join(', ')}.`;
