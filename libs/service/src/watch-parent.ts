const checkMs = 1_000;

/** Calls `gone` once when the process that started us is no more: its end of our standard input closed, or we have a new parent. */
export function watchParent(gone: () => void): () => void {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid !== parent) end();
  }, checkMs);

  function stop(): void {
    clearInterval(timer);
    process.stdin.off('end', end).off('close', end).off('error', end);
  }
  function end(): void {
    stop();
    gone();
  }

  process.stdin.on('end', end).on('close', end).on('error', end).resume();
  return () => {
    stop();
    process.stdin.destroy();
  };
}
