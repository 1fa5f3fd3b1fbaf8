/** Starts to measure wall time and CPU time of all threads of this process, in s; the result reads both. */
export const startStopwatch = (): (() => { readonly seconds: number; readonly cpu: number }) => {
  const cpu = process.cpuUsage()
  const began = performance.now()
  return () => {
    const { user, system } = process.cpuUsage(cpu)
    return { seconds: (performance.now() - began) / 1000, cpu: (user + system) / 1e6 }
  }
}
