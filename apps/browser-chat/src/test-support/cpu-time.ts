import process from 'node:process'

/** Returns the CPU time of this process in ms. It does not depend on how busy the machine is. */
export function cpuTime(work: () => unknown): number {
  const { user, system } = process.cpuUsage()
  work()
  const used = process.cpuUsage()
  return (used.user + used.system - user - system) / 1000
}
