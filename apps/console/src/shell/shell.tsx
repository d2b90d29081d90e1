import { Center, Loader } from '@mantine/core';
import { useEffect } from 'react';
import { Router } from 'wouter';
import { SessionContext, useSignedIn } from '../api/session.ts';
import { Problem } from '../parts/problem.tsx';
import { Frame } from './frame.tsx';
import { returnAddress } from './return-address.ts';
import { SignIn } from './sign-in.tsx';

/** The sign-in page, or the console for who is signed in. */
export function Shell() {
  const { data: session, error, isPending, refetch } = useSignedIn();
  const isSignedIn = Boolean(session);
  useEffect(() => {
    if (isSignedIn) returnAddress.restore();
  }, [isSignedIn]);
  if (isPending)
    return (
      <Center mih="100vh">
        <Loader aria-label="Loading" />
      </Center>
    );
  if (error)
    return (
      <Center mih="100vh" p="md">
        <Problem error={error} retry={() => void refetch()} />
      </Center>
    );
  if (!session) return <SignIn />;
  return (
    <SessionContext value={session}>
      <Router base="/console">
        <Frame />
      </Router>
    </SessionContext>
  );
}
