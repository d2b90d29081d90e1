import type { DeliveryView } from '@trunkline/control-api';
import { Facts } from '../../parts/facts.tsx';
import { ConnectorLink, PlaceLink } from '../../parts/place-link.tsx';
import { paths } from '../../parts/paths.ts';
import { targetName } from '../../parts/target-name.ts';
import { When } from '../../parts/when.tsx';

/** Where a delivery goes, whose it is, and when what happened. */
export function DeliveryFacts({ delivery }: { delivery: DeliveryView }) {
  const { target, target_id, connector, session_id, turn_id, output_id, replays, resolution } = delivery;
  const { created_at, settled_at, next_attempt_at, expires_at } = delivery;
  return (
    <Facts
      facts={{
        Target: targetName(target),
        'Target id': (
          <PlaceLink to={paths.deliveries({ target: target_id })} label={`Deliveries to ${target_id}`}>
            {target_id}
          </PlaceLink>
        ),
        Connector: <ConnectorLink connector={connector} />,
        Session: <PlaceLink to={paths.session(session_id)}>{session_id}</PlaceLink>,
        Turn: turn_id,
        Output: output_id,
        Made: <When at={created_at} />,
        'Next attempt': next_attempt_at && <When at={next_attempt_at} />,
        Settled: settled_at && <When at={settled_at} />,
        Expires: settled_at === undefined && <When at={expires_at} />,
        Replays: replays > 0 && String(replays),
        Resolved: resolution && (
          <>
            {resolution.reason} <When at={resolution.at} />
          </>
        ),
        Correction: resolution?.correction && (
          <PlaceLink to={paths.delivery(resolution.correction.delivery_id)}>
            {resolution.correction.delivery_id}
          </PlaceLink>
        ),
      }}
    />
  );
}
