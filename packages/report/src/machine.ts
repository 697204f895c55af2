import { cpus } from 'node:os'
import process from 'node:process'

/** What figures were measured on. */
export function machine(): string {
  const processors = cpus()
  const model = processors[0]?.model.trim() ?? 'unknown CPU'
  return `${model}, ${processors.length} cores, Node ${process.versions.node} on ${process.platform} ${process.arch}`
}
