import process from 'node:process'

/** ms of this process's own work, however busy the machine is besides. */
export function cpuTime(work: () => unknown): number {
  const { user, system } = process.cpuUsage()
  work()
  const used = process.cpuUsage()
  return (used.user + used.system - user - system) / 1000
}
