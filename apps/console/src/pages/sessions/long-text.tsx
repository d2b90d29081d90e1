import { Button, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import classes from './conversation.module.css';

const shownLines = 12;
const shownCharacters = 900;

/** A text as it was said; of a long one the beginning, until somebody wants all of it. */
export function LongText({ text }: { text: string }) {
  const [isOpen, { toggle }] = useDisclosure(false);
  const isLong = text.length > shownCharacters || text.split('\n').length > shownLines;
  return (
    <>
      <Text component="div" className={classes.text} lineClamp={isLong && !isOpen ? shownLines : 0}>
        {text}
      </Text>
      {isLong && (
        <Button size="compact-xs" variant="subtle" onClick={toggle} aria-expanded={isOpen}>
          {isOpen ? 'Show less' : 'Show all of it'}
        </Button>
      )}
    </>
  );
}
