import { Code } from '@mantine/core';
import { Fragment } from 'react';

/** A description of the API, whose `names` are set as code. */
export function WithCode({ text }: { text: string }) {
  return text
    .split('`')
    .map((part, n) => (n % 2 === 1 ? <Code key={n}>{part}</Code> : <Fragment key={n}>{part}</Fragment>));
}
