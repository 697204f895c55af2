import type { CallEnd, CallObserver, Instrumentation } from '../index.ts'

/** An instrumentation that notes the names of its hooks, and the ends of its calls. */
export function recording(hooks: CallObserver = {}): {
  instrumentation: Instrumentation
  seen: string[]
  ends: CallEnd[]
} {
  const seen: string[] = []
  const ends: CallEnd[] = []
  const instrumentation: Instrumentation = {
    onCall({ operation, url }) {
      seen.push(`${operation} ${url}`)
      return {
        onAttempt: ({ attempt, method }) => {
          seen.push(`${method} ${attempt}`)
        },
        onResponse: ({ attempt, status }) => seen.push(`${status} to ${attempt}`),
        onRetry: ({ attempt, error, delay }) => seen.push(`${error.code} ${attempt} ${delay}`),
        onFirstText: () => seen.push('first text'),
        onEvent: ({ type }) => seen.push(type),
        onEnd: (end) => {
          seen.push(end.outcome)
          ends.push(end)
        },
        ...hooks,
      }
    },
  }
  return { instrumentation, seen, ends }
}
