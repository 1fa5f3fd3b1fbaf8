import { inCi } from './needs.ts'

/**
 * CI runs a test once more if its wait ran out of time, because the machine may be busy with something else. The closing lines name such
 * tests. A failed assertion or property is never repeated.
 */
export const repeatLate = inCi ? { count: 1, condition: /there is still not|timed out|Timeout \d+ms exceeded/i } : 0
