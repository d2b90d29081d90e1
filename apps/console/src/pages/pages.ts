import {
  Activity,
  Cable,
  LayoutDashboard,
  MessagesSquare,
  Route,
  ScrollText,
  Send,
  SquareTerminal,
  type LucideIcon,
} from 'lucide-react';
import { lazy, type ComponentType } from 'react';

/** A page of the console; those below its path are its own. */
export interface ConsolePage {
  path: string;
  label: string;
  icon: LucideIcon;
  page: ComponentType;
}

/** All of them, in the order of the navigation. Each is loaded when it is opened. */
export const pages: readonly ConsolePage[] = [
  {
    path: '/',
    label: 'Overview',
    icon: LayoutDashboard,
    page: lazy(async () => ({ default: (await import('./overview/overview.tsx')).Overview })),
  },
  {
    path: '/connectors',
    label: 'Connectors',
    icon: Cable,
    page: lazy(async () => ({ default: (await import('./connectors/connectors.tsx')).Connectors })),
  },
  {
    path: '/sessions',
    label: 'Sessions',
    icon: MessagesSquare,
    page: lazy(async () => ({ default: (await import('./sessions/sessions.tsx')).Sessions })),
  },
  {
    path: '/deliveries',
    label: 'Deliveries',
    icon: Send,
    page: lazy(async () => ({ default: (await import('./deliveries/deliveries.tsx')).Deliveries })),
  },
  {
    path: '/live',
    label: 'Live',
    icon: Activity,
    page: lazy(async () => ({ default: (await import('./live/live.tsx')).Live })),
  },
  {
    path: '/playground',
    label: 'Playground',
    icon: SquareTerminal,
    page: lazy(async () => ({ default: (await import('./playground/playground.tsx')).Playground })),
  },
  {
    path: '/explain',
    label: 'Explain',
    icon: Route,
    page: lazy(async () => ({ default: (await import('./explain/explain.tsx')).Explain })),
  },
  {
    path: '/audit',
    label: 'Audit',
    icon: ScrollText,
    page: lazy(async () => ({ default: (await import('./audit/audit.tsx')).Audit })),
  },
];
