import { Anchor, AppShell, Burger, Group, Title } from '@mantine/core';
import { useDisclosure, useHotkeys } from '@mantine/hooks';
import { Link } from 'wouter';
import { ConnectionBanner } from './connection-banner.tsx';
import classes from './frame.module.css';
import { Navigation } from './navigation.tsx';
import { PageHere } from './page-here.tsx';
import { Who } from './who.tsx';

const content = 'content';

/** Header, navigation and the page that the address names. */
export function Frame() {
  const [open, { toggle, close }] = useDisclosure(false);
  useHotkeys([['Escape', close]]);
  return (
    <AppShell
      header={{ height: 56 }}
      navbar={{ width: 220, breakpoint: 'sm', collapsed: { mobile: !open } }}
      padding={{ base: 'sm', sm: 'md' }}
    >
      <a className={classes.skip} href={`#${content}`}>
        Skip to the content
      </a>
      <AppShell.Header>
        <Group h="100%" px={{ base: 'xs', sm: 'md' }} justify="space-between" wrap="nowrap" gap="xs">
          <Group gap="sm" wrap="nowrap">
            <Burger
              opened={open}
              onClick={toggle}
              hiddenFrom="sm"
              size="sm"
              aria-label={open ? 'Close menu' : 'Open menu'}
              aria-expanded={open}
            />
            <Anchor component={Link} href="/" underline="never" c="inherit">
              <Title order={1} size="h4">
                Trunkline
              </Title>
            </Anchor>
          </Group>
          <Who />
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs" aria-label="Console" className={classes.navigation} data-open={open}>
        <Navigation onChoice={close} />
      </AppShell.Navbar>
      <AppShell.Main id={content} tabIndex={-1} className={classes.content}>
        <ConnectionBanner />
        <PageHere />
      </AppShell.Main>
    </AppShell>
  );
}
