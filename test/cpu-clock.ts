/**
 * The CPU time of this thread in ms, independent of other load. For tests that something ends in
 * time proportional to its input; benchmarks measure absolute speed.
 */
export const cpuMs = (): number => {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}

/**
 * The CPU seconds of a fixed computation on this machine now. Shared CPUs may run at a quarter of their speed
 * for hours, so tests set limits in yardsticks, measured in the same run.
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
