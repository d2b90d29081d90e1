import { useIntersection } from '@mantine/hooks';
import { useState, type FocusEvent } from 'react';

/**
 * Whether the list stays as it is because somebody reads in it: scrolled away from its top, or moving through it with the keyboard. `top` is
 * the ref of an element above the list, `holders` go on the list.
 */
export function useHeld() {
  const { ref, entry } = useIntersection();
  const [moving, setMoving] = useState(false);
  const scrolled = entry !== null && !entry.isIntersecting;
  return {
    held: scrolled || moving,
    top: ref,
    holders: {
      onFocus: ({ target }: FocusEvent<HTMLElement>) => setMoving(target.matches(':focus-visible')),
      onBlur: () => setMoving(false),
    },
  };
}
