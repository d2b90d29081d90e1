import { Button } from '@mantine/core';
import { Component, type ReactNode } from 'react';
import { Empty } from '../parts/empty.tsx';

/** In place of a page that cannot be shown: its code was not to be had (an upgrade, a broken connection), or it is broken. */
export class PageBoundary extends Component<{ children: ReactNode }, { broken: boolean }> {
  override state = { broken: false };

  static getDerivedStateFromError(): { broken: boolean } {
    return { broken: true };
  }

  override render(): ReactNode {
    if (!this.state.broken) return this.props.children;
    return (
      <Empty title="This page could not be loaded">
        <Button variant="default" onClick={() => location.reload()}>
          Load it again
        </Button>
      </Empty>
    );
  }
}
