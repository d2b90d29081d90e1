import { Anchor, AppShell, Box, Burger, Group, NavLink, Stack, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { Link, useLocation } from 'wouter';
import { pages } from '../pages/pages.ts';
import { PageHere } from './page-here.tsx';
import { Who } from './who.tsx';

/** Header, navigation and the page that the address names. */
export function Frame() {
  const [open, { toggle, close }] = useDisclosure(false);
  return (
    <AppShell
      header={{ height: 56 }}
      navbar={{ width: 220, breakpoint: 'sm', collapsed: { mobile: !open } }}
      padding="md"
    >
      <AppShell.Header>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group gap="sm" wrap="nowrap">
            <Burger
              opened={open}
              onClick={toggle}
              hiddenFrom="sm"
              size="sm"
              aria-label={open ? 'Close menu' : 'Open menu'}
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
      <AppShell.Navbar p="xs" aria-label="Console">
        <Navigation onChoice={close} />
      </AppShell.Navbar>
      <AppShell.Main>
        <PageHere />
      </AppShell.Main>
    </AppShell>
  );
}

function Navigation({ onChoice }: { onChoice: () => void }) {
  const [location] = useLocation();
  const isHere = (path: string) => (path === '/' ? location === '/' : location.startsWith(path));
  return (
    <Stack gap={2} justify="space-between" h="100%">
      <Box>
        {pages.map(({ path, label, icon: Icon }) => (
          <NavLink
            key={path}
            component={Link}
            href={path}
            label={label}
            active={isHere(path)}
            aria-current={isHere(path) ? 'page' : undefined}
            leftSection={<Icon size={18} aria-hidden />}
            onClick={onChoice}
          />
        ))}
      </Box>
      <NavLink component="a" href="/reference" label="API reference" />
    </Stack>
  );
}
