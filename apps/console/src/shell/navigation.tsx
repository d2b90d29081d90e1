import { Box, NavLink, Stack, Text } from '@mantine/core';
import { Link, useLocation } from 'wouter';
import { version } from '../../package.json';
import { pages } from '../pages/pages.ts';

/** The pages, and which one is shown. */
export function Navigation({ onChoice }: { onChoice: () => void }) {
  const [location] = useLocation();
  const isHere = (path: string) => location === path || (path !== '/' && location.startsWith(`${path}/`));
  return (
    <Stack gap={2} justify="space-between" h="100%" style={{ overflowY: 'auto' }}>
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
      <Box>
        <NavLink component="a" href="/reference" label="API reference" />
        <Text size="xs" c="dimmed" px="sm" pb={4}>
          Version {version}
        </Text>
      </Box>
    </Stack>
  );
}
