/**
 * Gathers what is begun in one turn of the event loop and runs it at the turn's end, in its order.
 *
 * What the client publishes in one go leaves in one write and reaches the server in one read; a write for each message costs a
 * process under load a fifth of its time.
 */
export function createOneWrite(): (work: () => void) => void {
  let gathered: (() => void)[] = [];
  const runAll = () => {
    const due = gathered;
    gathered = [];
    for (const work of due) work();
  };
  return (work) => {
    if (gathered.push(work) === 1) setImmediate(runAll);
  };
}
