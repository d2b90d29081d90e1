import { useEffect, useRef } from 'react';
import { useLocation } from 'wouter';

/** The address whose heading had the focus last; at first, the one that the page was loaded with, where the browser does it. */
let arrivedAt: string | undefined;

/** Gives a page's heading the focus when one comes to it by a link: a screen reader says where one is, and Tab goes on from there. */
export function useArrival<E extends HTMLElement>() {
  const [location] = useLocation();
  const ref = useRef<E>(null);
  useEffect(() => {
    const before = arrivedAt;
    arrivedAt = location;
    if (before === undefined || before === location) return;
    scrollTo({ top: 0 });
    ref.current?.focus({ preventScroll: true });
  }, [location]);
  return ref;
}
