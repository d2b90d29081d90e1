import { useLayoutEffect, useRef } from 'react';

const nearPx = 60;

/**
 * Keeps a chat where its reader is: at its end while new things are said, and at the same place when older ones appear above. `firstKey`
 * names the oldest that is shown, `extent` changes when anything is added.
 */
export function useChatScroll(firstKey: string, extent: unknown) {
  const box = useRef<HTMLDivElement>(null);
  const place = useRef({ fromEndPx: 0, firstKey });
  useLayoutEffect(() => {
    if (!box.current) return;
    const { scrollHeight, clientHeight } = box.current;
    const { fromEndPx, firstKey: before } = place.current;
    place.current.firstKey = firstKey;
    if (fromEndPx < nearPx) box.current.scrollTop = scrollHeight;
    else if (before !== firstKey) box.current.scrollTop = scrollHeight - clientHeight - fromEndPx;
  }, [firstKey, extent]);
  const onScroll = () => {
    if (!box.current) return;
    const { scrollHeight, clientHeight, scrollTop } = box.current;
    place.current.fromEndPx = scrollHeight - clientHeight - scrollTop;
  };
  return { box, onScroll };
}
