/** A stream configured as EVENTS is, for what is compared with it. */
export const floorStream = 'bench_floor';
export const floorSubject = 'bench.floor';
