/**
 * How long this thread has computed so far, in ms: what a busy machine does meanwhile does not count. For tests that something ends in
 * time in proportion to its input; how fast it is, the benchmarks tell.
 */
export const cpuMs = (): number => {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}

/**
 * How many CPU seconds a fixed piece of work takes on this machine now. Processors that are shared may run at a quarter of their speed
 * for hours, so what a test bounds is told in yardsticks, measured in the same run.
 */
export const yardstick = (): number => {
  const counts = new Map<string, number>()
  const began = cpuMs()
  for (let at = 0; at < 5_000_000; at += 1) {
    const key = `k${(at * 7919) % 50_000}`
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  return (cpuMs() - began) / 1000
}
