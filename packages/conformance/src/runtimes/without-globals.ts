import { BareAbortController } from './stand-ins/abort-controller.ts'
import { symbolWithout } from './stand-ins/symbol.ts'
import { BareURL } from './stand-ins/url.ts'

/** Globals that a supported runtime may lack. */
const missing: [object, string | symbol][] = [
  [AbortSignal, 'any'],
  [AbortSignal, 'timeout'],
  [globalThis, 'TextDecoderStream'],
  [globalThis, 'TextEncoderStream'],
  [ReadableStream.prototype, Symbol.asyncIterator],
  [ReadableStream.prototype, 'values'],
  [ReadableStream, 'from'],
  [globalThis, 'FinalizationRegistry'],
  [globalThis, 'WeakRef'],
  [globalThis, 'crypto'],
  [Promise, 'withResolvers'],
  [Promise, 'try'],
  [Array, 'fromAsync'],
  [Uint8Array.prototype, 'toBase64'],
]
for (const [holder, name] of missing) {
  const owner =
    name in holder && !Object.hasOwn(holder, name) ? Object.getPrototypeOf(holder) : holder
  if (!Reflect.deleteProperty(owner as object, name) || name in holder) {
    throw new Error(`Could not remove ${String(name)}`)
  }
}

/** Globals that a supported runtime may have in another form. */
const others: Record<string, unknown> = {
  URL: BareURL,
  AbortController: BareAbortController,
  Symbol: symbolWithout('asyncDispose', 'dispose'),
}
for (const [name, value] of Object.entries(others)) {
  Object.defineProperty(globalThis, name, { value, configurable: true, writable: true })
}
