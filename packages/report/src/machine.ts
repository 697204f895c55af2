import { cpus } from 'node:os'
import process from 'node:process'

/** Describes the machine on which figures were measured. */
export function machine(): string {
  const processors = cpus()
  const model = processors[0]?.model.trim() ?? 'unknown CPU'
  return `${model}, ${processors.length} cores, Node ${process.versions.node} on ${process.platform} ${process.arch}`
}
