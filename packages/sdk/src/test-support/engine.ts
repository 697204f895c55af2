import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { createContext, runInContext } from 'node:vm'
import { build } from 'esbuild'

const require = createRequire(import.meta.url)
const resolveDir = fileURLToPath(new URL('.', import.meta.url))

/** The names of web globals that a package could use. */
export const webGlobals = [
  'AbortController',
  'AbortSignal',
  'Blob',
  'DOMException',
  'Event',
  'EventTarget',
  'Headers',
  'MessageChannel',
  'ReadableStream',
  'Request',
  'Response',
  'TextDecoder',
  'TextDecoderStream',
  'TextEncoder',
  'TextEncoderStream',
  'TransformStream',
  'URL',
  'URLSearchParams',
  'WebSocket',
  'WritableStream',
  'atob',
  'btoa',
  'clearInterval',
  'clearTimeout',
  'console',
  'crypto',
  'fetch',
  'navigator',
  'performance',
  'process',
  'queueMicrotask',
  'setInterval',
  'setTimeout',
  'structuredClone',
] as const

/** The names of language features that some engines lack. */
export const engineGlobals = [
  'FinalizationRegistry',
  'WeakRef',
  'Array.fromAsync',
  'Promise.try',
  'Promise.withResolvers',
  'Symbol.asyncDispose',
  'Symbol.asyncIterator',
  'Symbol.dispose',
] as const

/** Creates a realm with these globals of this process, and without the missing names. */
export function createEngine(globals: readonly string[], missing: readonly string[]): object {
  const given = Object.fromEntries(
    globals.map((name) => [name, (globalThis as Record<string, unknown>)[name]]),
  )
  const engine = createContext({ ...given, require })
  runInContext(
    // The well-known symbols cannot be deleted.
    `{
      const missing = ${JSON.stringify(missing)}
      const { prototype, ...properties } = Object.getOwnPropertyDescriptors(Symbol)
      const Whole = Symbol
      const Bare = function Symbol(description) { return Whole(description) }
      for (const [name, property] of Object.entries(properties)) {
        if (!missing.includes('Symbol.' + name)) Object.defineProperty(Bare, name, property)
      }
      Object.defineProperty(Bare, 'prototype', { value: prototype.value })
      globalThis.Symbol = Bare
      for (const path of missing) {
        const [name, member] = path.split('.')
        if (member === undefined) delete globalThis[name]
        else if (globalThis[name]) delete globalThis[name][member]
      }
    }`,
    engine,
  )
  return engine
}

/** Bundles a module from the built packages. With `isLowered`, compiles `using` and `for await`. */
export async function compile(
  contents: string,
  conditions: string[],
  isLowered = false,
): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir },
    bundle: true,
    write: false,
    format: 'cjs',
    platform: 'neutral',
    target: 'es2022',
    conditions,
    external: ['node:*', 'redis', 'ws'],
    // React asks for it, and every bundler replaces it.
    define: { 'process.env.NODE_ENV': '"production"' },
    ...(isLowered && { supported: { using: false, 'for-await': false } }),
  })
  return outputFiles[0]?.text ?? ''
}

/** Runs a compiled module in a realm. Returns its exports. */
export function load(code: string, engine: object): Record<string, unknown> {
  return runInContext(
    `{ const module = { exports: {} }; (({ module, exports }) => {${code}\n})({ module, exports: module.exports }); module.exports }`,
    engine,
  ) as Record<string, unknown>
}
