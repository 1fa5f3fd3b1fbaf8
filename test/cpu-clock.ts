/**
 * How long this thread has computed so far, in ms: what a busy machine does meanwhile does not count. For tests that something ends in
 * time in proportion to its input; how fast it is, the benchmarks tell.
 */
export const cpuMs = (): number => {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}
