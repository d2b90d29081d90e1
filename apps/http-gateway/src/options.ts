import { gatewayOptions } from '@trunkline/gateway-kit';
import { list, withDefault } from '@trunkline/service';

/** The settings of the http gateway beyond those of every process. */
export const httpGatewayOptions = {
  ...gatewayOptions,
  egressAllowCidrs: withDefault(list('CIDR,CIDR'), [], {
    flag: 'egress-allow-cidrs',
    env: 'TRUNKLINE_EGRESS_ALLOW_CIDRS',
    description: 'Private addresses that http reply targets without a connector may have.',
  }),
} as const;
