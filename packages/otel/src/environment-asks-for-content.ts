const variable = 'OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT'

/** The values with which spans have content. `EVENT_ONLY` asks for log records, which this package does not write. */
const values: ReadonlySet<string | undefined> = /* @__PURE__ */ new Set([
  'true',
  'span_only',
  'span_and_event',
])

interface Environment {
  process?: { env?: Record<string, string | undefined> }
  Deno?: {
    permissions?: { querySync(permission: { name: 'env'; variable: string }): { state: string } }
  }
}

/** Whether the environment asks to record prompts and answers. */
export function environmentAsksForContent(): boolean {
  const { Deno, process } = globalThis as Environment
  // Deno would ask its user for the permission to read the variable.
  const state = Deno?.permissions?.querySync({ name: 'env', variable }).state ?? 'granted'
  return state === 'granted' && values.has(process?.env?.[variable]?.toLowerCase())
}
