import { Anchor, Button, Center, Code, Paper, PasswordInput, Stack, Text, Title } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { returnAddress } from './return-address.ts';
import { sessionKey } from '../api/session.ts';
import { useChange, useOperation } from '../api/use-operation.ts';
import { Problem } from '../parts/problem.tsx';

/** Exchanges a token for the session's cookie, or sends the browser to the identity provider. */
export function SignIn() {
  const [token, setToken] = useState('');
  const queries = useQueryClient();
  const options = useOperation('signInOptions', {});
  const signIn = useChange('signIn');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    signIn.mutate(
      { body: { token: token.trim() } },
      { onSuccess: () => void queries.resetQueries({ queryKey: sessionKey }) },
    );
  };
  const oidcUrl = options.data?.body.oidc_url;
  return (
    <Center component="main" mih="100vh" p="md">
      <Paper withBorder p="xl" w="100%" maw={420}>
        <form onSubmit={submit}>
          <Stack>
            <Title order={1} size="h2">
              Trunkline
            </Title>
            {oidcUrl !== undefined && (
              <Button component="a" href={oidcUrl} onClick={returnAddress.keep}>
                Sign in with your identity provider
              </Button>
            )}
            {/* Password managers keep a password for a name: this one is the installation's. */}
            <input type="text" name="username" autoComplete="username" value="trunkline" readOnly hidden />
            <PasswordInput
              label="Token"
              name="token"
              description={
                <>
                  One of <Code>trunkline tokens create</Code>, or the admin token of the installation.
                </>
              }
              autoComplete="current-password"
              data-autofocus
              required
              value={token}
              onChange={(event) => setToken(event.currentTarget.value)}
            />
            {signIn.error && <Problem error={signIn.error} />}
            <Button type="submit" loading={signIn.isPending} variant={oidcUrl === undefined ? 'filled' : 'default'}>
              Sign in
            </Button>
            <Text size="sm" c="dimmed">
              After <Code>npm start</Code> the token is in <Code>.trunkline/admin.token</Code>.{' '}
              <Anchor href="/reference">API reference</Anchor>
            </Text>
          </Stack>
        </form>
      </Paper>
    </Center>
  );
}
