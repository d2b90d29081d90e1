import {
  ActionIcon,
  Badge,
  Button,
  Group,
  Menu,
  Text,
  useComputedColorScheme,
  useMantineColorScheme,
} from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { LogOut, Moon, Sun, UserRound } from 'lucide-react';
import { rememberCsrfToken } from '../api/control.ts';
import { sessionKey, useSession } from '../api/session.ts';
import { useChange } from '../api/use-operation.ts';

/** Who is signed in, with the way out, and the choice between light and dark. */
export function Who() {
  const { name, role } = useSession();
  const scheme = useComputedColorScheme('light', { getInitialValueInEffect: false });
  const { setColorScheme } = useMantineColorScheme();
  const other = scheme === 'dark' ? 'light' : 'dark';
  const queries = useQueryClient();
  const signOut = useChange('signOut');
  const leave = () =>
    signOut.mutate(
      {},
      {
        onSuccess: () => {
          rememberCsrfToken(undefined);
          queries.clear();
          void queries.resetQueries({ queryKey: sessionKey });
          location.assign('/console/');
        },
      },
    );
  return (
    <Group gap="xs" wrap="nowrap">
      <ActionIcon variant="default" size="lg" aria-label={`Switch to ${other}`} onClick={() => setColorScheme(other)}>
        {scheme === 'dark' ? <Sun size={18} aria-hidden /> : <Moon size={18} aria-hidden />}
      </ActionIcon>
      <Menu position="bottom-end" withinPortal>
        <Menu.Target>
          <Button
            variant="default"
            leftSection={<UserRound size={16} aria-hidden />}
            aria-label={`Signed in as ${name}, ${role}`}
          >
            <Text size="sm" maw={140} truncate>
              {name}
            </Text>
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>
            {name} <Badge variant="default">{role}</Badge>
          </Menu.Label>
          <Menu.Item leftSection={<LogOut size={16} aria-hidden />} onClick={leave}>
            Sign out
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </Group>
  );
}
