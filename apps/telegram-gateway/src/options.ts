import { gatewayOptions } from '@trunkline/gateway-kit';

/** The settings of the telegram gateway: those that every gateway has. */
export const telegramGatewayOptions = gatewayOptions;
